// Reads the public contract: version 1 with the amendments and additions of version 2.
import { existsSync, readFileSync } from 'node:fs';
import { buildASTSchema, concatAST, extendSchema, Kind, parse, parseType, parseValue, visit } from 'graphql';

export const contractPath = process.env.LATCHKEY_CONTRACT ?? new URL('../../../shared/contract.graphql', import.meta.url);
const additionsPath = new URL('contract-2.graphql', new URL(contractPath, import.meta.url));

/** True if the contract is beside the project. */
export const isThere = existsSync(contractPath);

/** What version 2 changes in version 1, by coordinate: the type of an input, and its default where there is one. */
const AMENDMENTS = {
  'SignupInput.gender': ['Gender', 'UNDISCLOSED'],
  'SignupInput.delivery': ['TokenDelivery', 'BODY'],
  'LoginInput.delivery': ['TokenDelivery', 'BODY'],
  'VerifyEmailInput.delivery': ['TokenDelivery', 'BODY'],
  'LogoutInput.everywhere': ['Boolean', 'false'],
  'ChangePasswordInput.currentPassword': ['String'],
  'Mutation.logout.input': ['LogoutInput', '{}'],
};

function amended(node, coordinate) {
  const [type, value] = AMENDMENTS[coordinate] ?? [];
  if (type === undefined) return undefined;
  return { ...node, type: parseType(type), defaultValue: value === undefined ? undefined : parseValue(value) };
}

/** Applies the amendments to version 1. What version 2 defines anew is left out, and so are fields that moved. */
function amendedFirst(first, second) {
  const isDefinition = ({ kind }) => !kind.endsWith('Extension');
  const redefined = new Set(second.definitions.filter(isDefinition).map(({ name }) => name.value));
  const kept = first.definitions.filter(({ name }) => !redefined.has(name?.value));
  return visit({ kind: Kind.DOCUMENT, definitions: kept }, {
    InputObjectTypeDefinition: (type) => ({
      ...type,
      fields: type.fields.map((field) => amended(field, `${type.name.value}.${field.name.value}`) ?? field),
    }),
    ObjectTypeDefinition: (type) => ({
      ...type,
      fields: type.fields
        .filter((field) => `${type.name.value}.${field.name.value}` !== 'Query.checkPassword')
        .map((field) => ({
          ...field,
          arguments: field.arguments.map((argument) =>
            amended(argument, `${type.name.value}.${field.name.value}.${argument.name.value}`) ?? argument),
        })),
    }),
  });
}

/** Reads both versions of the contract as one schema. */
export function wholeContract() {
  const second = parse(readFileSync(additionsPath, 'utf8'));
  const first = amendedFirst(parse(readFileSync(contractPath, 'utf8')), second);
  const isExtension = ({ kind }) => kind.endsWith('Extension');
  const [extensions, definitions] = [true, false].map((wanted) => ({
    kind: Kind.DOCUMENT,
    definitions: second.definitions.filter((definition) => isExtension(definition) === wanted),
  }));
  const base = buildASTSchema(concatAST([first, definitions]), { assumeValid: true });
  return extendSchema(base, extensions, { assumeValid: true });
}
