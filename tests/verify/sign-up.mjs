// Signs a user up and prints the access token.
//
//   node sign-up.mjs ISSUER
const query = `mutation ($input: SignupInput!) {
  signup(input: $input) { ... on Authenticated { tokens { accessToken } } }
}`
const password = 'correct horse battery staple'
const input = { email: 'ada@x.test', password, firstName: 'Ada', lastName: 'Lovelace' }
const response = await fetch(`${process.argv[2]}/graphql`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query, variables: { input } }),
})
const { data } = await response.json()
console.log(data.signup.tokens.accessToken)
