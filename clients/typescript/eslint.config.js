import graphql from '@graphql-eslint/eslint-plugin';
import { isObjectType } from 'graphql';
import { schema } from './scripts/generate.mjs';

const { configs, parser } = graphql;
const language = { parser, parserOptions: { graphQLConfig: { schema: 'dist/schema.graphql', documents: 'operations/*.graphql' } } };
const types = Object.values(schema.getTypeMap()).filter(isObjectType);

// Results, tokens and rules are no objects that a cache looks up by id.
const withoutId = types.filter((type) => !type.getInterfaces().some(({ name }) => name === 'Node')).map(({ name }) => name);
const hasConnections = types.some(({ name }) => name.endsWith('Connection'));

export default [
  {
    files: ['operations/*.graphql'],
    languageOptions: language,
    plugins: { '@graphql-eslint': graphql },
    rules: configs['flat/operations-recommended'].rules,
  },
  {
    files: ['dist/schema.graphql'],
    languageOptions: language,
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...configs['flat/schema-recommended'].rules,
      ...configs['flat/schema-relay'].rules,
      '@graphql-eslint/strict-id-in-types': ['error', { exceptions: { types: withoutId } }],
      // Short lists, such as the fields of a form, are no connections.
      '@graphql-eslint/relay-edge-types': ['error', { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false }],
      '@graphql-eslint/relay-page-info': hasConnections ? 'error' : 'off',
    },
  },
];
