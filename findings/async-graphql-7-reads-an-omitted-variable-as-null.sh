#!/usr/bin/env bash
# Package: async-graphql 7.2.1 (crates.io)
#
# Behaviour: where a field of an input object takes its value from a variable that the request leaves out, the resolver
# receives null. The GraphQL specification (input objects, input coercion) says that the field is then treated as
# not given. The same document with the field left out in the text arrives as not given.
#
# Seen:
#   field left out:    Undefined
#   variable left out: Null
#
# Why it matters: generated clients write one document with a variable per field and leave out what did not change. A
# partial update that distinguishes "leave it" from "remove it" then removes data that the client never mentioned.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "omitted-variable"
version = "0.0.0"
edition = "2021"

[dependencies]
async-graphql = { version = "=7.2.1", default-features = false }
futures-executor = "0.3"

[profile.dev]
debug = false
TOML

cat >src/main.rs <<'RUST'
use async_graphql::{EmptyMutation, EmptySubscription, InputObject, MaybeUndefined, Object, Schema};

#[derive(InputObject)]
struct Profile {
    nickname: MaybeUndefined<String>,
}

struct Query;

#[Object]
impl Query {
    async fn received(&self, input: Profile) -> String {
        format!("{:?}", input.nickname)
    }
}

fn main() {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    for (label, document) in [
        ("field left out:   ", "{ received(input: {}) }"),
        (
            "variable left out:",
            "query($nickname: String) { received(input: { nickname: $nickname }) }",
        ),
    ] {
        let response = futures_executor::block_on(schema.execute(document));
        let json = response.data.into_json().unwrap();
        println!("{label} {}", json["received"].as_str().unwrap());
    }
}
RUST

cat >expected <<'TEXT'
field left out:    Undefined
variable left out: Null
TEXT
cargo run --quiet | tee seen
diff expected seen
