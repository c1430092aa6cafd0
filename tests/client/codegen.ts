import type { CodegenConfig } from '@graphql-codegen/cli';

// SCHEMA names another schema to build the client from.
const config: CodegenConfig = {
  schema: process.env['SCHEMA'] ?? '../../schema.graphql',
  documents: ['src/**/*.ts', '!src/generated/**'],
  generates: {
    'src/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        scalars: { DateTime: 'string' },
        strictScalars: true,
        useTypeImports: true,
        emitLegacyCommonJSImports: false,
        importExtension: '.js',
      },
    },
  },
};

export default config;
