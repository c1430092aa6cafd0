#!/usr/bin/env bash
# async-graphql 8.0.0-rc.5 (crates.io)
#
# __Schema.description is the description of the schema at hand (GraphQL, September 2025, section 4.2.2). This library answers
# one fixed sentence for every schema, and has no way to set another, while its SDL has no description at all. So a tool that
# compares an introspected schema with the SDL of the same server sees two different schemas.
#
# Output seen:
#   introspection: A GraphQL Schema defines the capabilities of a GraphQL server. ...
#   SDL begins: type Query {
#
# Why it matters: latchkey's schema description holds what a front-end developer must know (its two channels of errors, and how
# unions may grow). GraphiQL and code generators show the fixed sentence instead, unless the server replaces it.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat >"$folder/Cargo.toml" <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2021"

[dependencies]
async-graphql = { version = "=8.0.0-rc.5", default-features = false }
tokio = { version = "1", features = ["macros", "rt"] }
TOML
cat >"$folder/src/main.rs" <<'RUST'
use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};

/// The root of a shop.
struct Query;

#[Object]
impl Query {
    async fn articles(&self) -> Vec<String> {
        Vec::new()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let answer = schema.execute("{ __schema { description } }").await;
    let data = answer.data.into_json().unwrap();
    println!("introspection: {}", data["__schema"]["description"].as_str().unwrap_or("none"));
    let sdl = schema.sdl();
    let first = sdl.lines().find(|line| line.contains('{') || line.contains("\"\"\"")).unwrap_or("");
    println!("SDL begins: {first}");
}
RUST
sed -i '/^\[dependencies\]/a serde_json = "1"' "$folder/Cargo.toml"
output=$(cd "$folder" && cargo run --quiet)
printf '%s\n' "$output"
case $output in
'introspection: A GraphQL Schema defines the capabilities'*) ;;
*) echo 'The behaviour has changed.' >&2; exit 1 ;;
esac
