import type { CodegenConfig } from '@graphql-codegen/cli';

// SCHEMA is for trying the program on another schema than the project's own.
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
