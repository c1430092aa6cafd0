//! Gateways that verify access tokens, with the configuration of docs/resource-servers.md. Each
//! listens on a Unix socket, so that it needs no free port.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::support::{SOON, tool, until};

/// The values that a gateway requires of tokens.
#[derive(Clone, Copy, Debug)]
pub struct Required<'a> {
    pub algorithm: &'a str,
    pub issuer: &'a str,
    pub audience: &'a str,
}

/// A running gateway, stopped when dropped.
pub struct Gateway {
    child: Child,
    folder: TempDir,
}

impl Gateway {
    /// Starts Envoy, which fetches the JWK set of the server at `address` and keeps it for
    /// `cache_seconds`.
    #[track_caller]
    pub fn envoy(address: &str, required: Required, cache_seconds: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (host, port) = address.split_once(':').unwrap();
        let provider = example("envoy", required)
            .replace("KEYS", &format!("http://{address}/.well-known/jwks.json"))
            .replace("seconds: 300", &format!("seconds: {cache_seconds}"));
        let config = ENVOY
            .replace("SOCKET", socket(&folder).to_str().unwrap())
            .replace("HOST", host)
            .replace("PORT", port)
            .replace("      PROVIDERS\n", &indented(&provider, 22));
        let file = folder.path().join("envoy.yaml");
        fs::write(&file, config).unwrap();
        let mut envoy = Command::new(tool::path("verifiers").join("bin/envoy"));
        envoy
            .args([
                "--disable-hot-restart",
                "--concurrency",
                "1",
                "-l",
                "error",
                "-c",
            ])
            .arg(file);
        Self::start(envoy, folder)
    }

    /// Starts `HAProxy` with a public key in PEM.
    #[track_caller]
    pub fn haproxy(pem: &str, required: Required) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("latchkey.pem");
        fs::write(&key, pem).unwrap();
        let rules = example("haproxy", required).replace("latchkey.pem", key.to_str().unwrap());
        let config = HAPROXY
            .replace("SOCKET", socket(&folder).to_str().unwrap())
            .replace("    RULES\n", &indented(&rules, 4));
        let file = folder.path().join("haproxy.cfg");
        fs::write(&file, config).unwrap();
        let proxies = tool::path("proxies");
        let mut haproxy = Command::new(proxies.join("usr/sbin/haproxy"));
        let libraries = format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH);
        haproxy
            .env("LD_LIBRARY_PATH", proxies.join(libraries))
            .args(["-q", "-db", "-f"])
            .arg(file);
        Self::start(haproxy, folder)
    }

    #[track_caller]
    fn start(mut command: Command, folder: TempDir) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let gateway = Self {
            child: child.unwrap_or_else(|error| panic!("{command:?} does not start: {error}")),
            folder,
        };
        until("a gateway that answers", SOON * 2, || {
            gateway.status("x").ok()
        });
        gateway
    }

    /// Returns whether the gateway lets a token through.
    #[track_caller]
    pub fn accepts(&self, token: &str) -> bool {
        match self.status(token).unwrap() {
            200 => true,
            // Envoy answers 403 for another audience.
            401 | 403 => false,
            status => panic!("status {status}"),
        }
    }

    fn status(&self, token: &str) -> std::io::Result<u16> {
        let mut stream = UnixStream::connect(socket(&self.folder))?;
        stream.set_read_timeout(Some(SOON))?;
        let head = "GET / HTTP/1.1\r\nHost: api.x.test\r\nConnection: close";
        write!(stream, "{head}\r\nAuthorization: Bearer {token}\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let status = answer
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        status.ok_or_else(|| std::io::Error::other(answer))
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // Fails if the process has already exited.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn socket(folder: &TempDir) -> PathBuf {
    folder.path().join("gateway.sock")
}

/// Returns an example of the page on resource servers, with real values.
#[track_caller]
fn example(name: &str, required: Required) -> String {
    let page =
        fs::read_to_string(Path::new(tool::root()).join("docs/resource-servers.md")).unwrap();
    let marker = format!("<!-- example: {name} -->\n```");
    let (_, rest) = page.split_once(&marker).expect("the example");
    let (_, rest) = rest.split_once('\n').unwrap();
    let text = rest.split_once("```").unwrap().0;
    text.replace("ES256", required.algorithm)
        .replace("ISSUER", required.issuer)
        .replace("AUDIENCE", required.audience)
}

fn indented(text: &str, columns: usize) -> String {
    let space = " ".repeat(columns);
    let lines: Vec<_> = text
        .lines()
        .map(|line| format!("{space}{line}\n"))
        .collect();
    lines.concat()
}

const HAPROXY: &str = "\
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend api
    bind unix@SOCKET
    RULES
    http-request return status 200
";

const ENVOY: &str = "\
static_resources:
  listeners:
  - address: { pipe: { path: SOCKET } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: api
          route_config:
            virtual_hosts:
            - name: api
              domains: ['*']
              routes: [{ match: { prefix: / }, direct_response: { status: 200 } }]
          http_filters:
          - name: envoy.filters.http.jwt_authn
            typed_config:
                      '@type': type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication
      PROVIDERS
          - name: envoy.filters.http.router
            typed_config:
              '@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
  - name: latchkey
    connect_timeout: 5s
    load_assignment:
      cluster_name: latchkey
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: HOST, port_value: PORT } } }
";
