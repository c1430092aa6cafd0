export const COMMON_JS = [
  [
    "https://cdn.jsdelivr.net/npm/react@19.3.1/cjs/react-jsx-runtime.production.js",
    {}
  ],
  [
    "https://cdn.jsdelivr.net/npm/react@19.3.1/cjs/react.production.js",
    {}
  ],
  [
    "https://cdn.jsdelivr.net/npm/nullthrows@1.1.1/nullthrows.js",
    {}
  ],
  [
    "https://cdn.jsdelivr.net/npm/react-compiler-runtime@19.1.0-rc.3/dist/index.js",
    {
      "react": "https://cdn.jsdelivr.net/npm/react@19.3.1/cjs/react.production.js"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/is-primitive@3.0.1/index.js",
    {}
  ],
  [
    "https://cdn.jsdelivr.net/npm/isobject@3.0.1/index.js",
    {}
  ],
  [
    "https://cdn.jsdelivr.net/npm/is-plain-object@2.0.4/index.js",
    {
      "isobject": "https://cdn.jsdelivr.net/npm/isobject@3.0.1/index.js"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/set-value@4.1.0/index.js",
    {
      "is-primitive": "https://cdn.jsdelivr.net/npm/is-primitive@3.0.1/index.js",
      "is-plain-object": "https://cdn.jsdelivr.net/npm/is-plain-object@2.0.4/index.js"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/react-dom@19.3.1/cjs/react-dom.production.js",
    {
      "react": "https://cdn.jsdelivr.net/npm/react@19.3.1/cjs/react.production.js"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/scheduler@0.28.0/cjs/scheduler.production.js",
    {}
  ],
  [
    "https://cdn.jsdelivr.net/npm/react-dom@19.3.1/cjs/react-dom-client.production.js",
    {
      "scheduler": "https://cdn.jsdelivr.net/npm/scheduler@0.28.0/cjs/scheduler.production.js",
      "react": "https://cdn.jsdelivr.net/npm/react@19.3.1/cjs/react.production.js",
      "react-dom": "https://cdn.jsdelivr.net/npm/react-dom@19.3.1/cjs/react-dom.production.js"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/motion-dom@13.5.1/dist/motion-dom.js",
    {
      "motion-utils": "https://cdn.jsdelivr.net/npm/motion-utils@13.5.0/dist/es/index.mjs"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/graphiql-explorer@0.9.0/dist/Explorer.js",
    {
      "react": "https://cdn.jsdelivr.net/npm/react@19.3.1/cjs/react.production.js",
      "graphql": "https://cdn.jsdelivr.net/npm/graphql@16.15.0/index.mjs"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/graphiql-explorer@0.9.0/dist/index.js",
    {
      "./Explorer": "https://cdn.jsdelivr.net/npm/graphiql-explorer@0.9.0/dist/Explorer.js"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/react-compiler-runtime@19.1.0-rc.1/dist/index.js",
    {
      "react": "https://cdn.jsdelivr.net/npm/react@19.3.1/cjs/react.production.js"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/use-sync-external-store@1.7.0/cjs/use-sync-external-store-with-selector.production.js",
    {
      "react": "https://cdn.jsdelivr.net/npm/react@19.3.1/cjs/react.production.js"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/constants.js",
    {}
  ],
  [
    "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/utils.js",
    {
      "./constants": "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/constants.js"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/scan.js",
    {
      "./utils": "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/utils.js",
      "./constants": "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/constants.js"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/parse.js",
    {
      "./constants": "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/constants.js",
      "./utils": "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/utils.js"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/picomatch.js",
    {
      "./scan": "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/scan.js",
      "./parse": "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/parse.js",
      "./utils": "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/utils.js",
      "./constants": "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/constants.js"
    }
  ],
  [
    "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/index.js",
    {
      "./lib/picomatch": "https://cdn.jsdelivr.net/npm/picomatch-browser@2.2.6/lib/picomatch.js"
    }
  ]
];
