//! The reverse proxies of docs/proxies.md, run with the configurations of that page.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::process::Process;
use super::{SOON, tool, until};

/// A program that the page has a configuration for.
#[derive(Clone, Copy, Debug)]
pub enum Program {
    Nginx,
    Haproxy,
    Caddy,
    Apache,
    Envoy,
}

/// A running proxy, killed when dropped.
pub struct Proxy {
    pub address: String,
    _process: Process,
    _folder: TempDir,
}

impl Program {
    /// Returns the page's configuration.
    pub fn page(self) -> String {
        let language = match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Caddy => "caddyfile",
            Self::Apache => "apache",
            Self::Envoy => "yaml",
        };
        let page = fs::read_to_string(tool::root().join("docs/proxies.md")).unwrap();
        let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
        rest.split("```").next().unwrap().to_owned()
    }

    /// Starts the program with a configuration of the page, whose addresses are replaced: of
    /// itself by a free one, and of latchkey by `upstream`.
    #[track_caller]
    pub fn start(self, page: &str, upstream: &str) -> Proxy {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address();
        let port = address.rsplit(':').next().unwrap();
        let upstream_port = upstream.rsplit(':').next().unwrap();
        let page = page
            .replace("127.0.0.1:8080", &address)
            .replace("127.0.0.1:4000", upstream)
            .replace("port_value: 8080", &format!("port_value: {port}"))
            .replace("port_value: 4000", &format!("port_value: {upstream_port}"));
        let text = self.around(&page, &folder);
        // Envoy reads YAML only from a file of that name.
        let file = folder.path().join("configuration.yaml");
        fs::write(&file, text).unwrap();
        let mut process = Process::start(&mut self.command(&file, &folder));
        until("a proxy that listens", SOON, || {
            let log = || fs::read_to_string(folder.path().join("log"));
            assert!(
                process.is_running(),
                "{self:?}: {}",
                log().unwrap_or_default()
            );
            TcpStream::connect(&address).ok()
        });
        Proxy {
            address,
            _process: process,
            _folder: folder,
        }
    }

    /// Adds what a whole configuration needs: places for files, and no other listener.
    fn around(self, page: &str, folder: &TempDir) -> String {
        let folder = folder.path().display();
        match self {
            Self::Nginx => {
                let places: Vec<String> = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                    .iter()
                    .map(|kind| format!("{kind}_temp_path {folder}/{kind};\n"))
                    .collect();
                let places = places.concat();
                format!(
                    "daemon off;\nmaster_process off;\npid {folder}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{places}{page}}}\n"
                )
            }
            Self::Haproxy | Self::Envoy => page.to_owned(),
            Self::Caddy => format!("{{\n\tadmin off\n}}\n{page}"),
            Self::Apache => {
                let modules = installed("usr/lib/apache2/modules");
                let load: Vec<String> =
                    ["mpm_event", "authz_core", "proxy", "proxy_http", "headers"]
                        .iter()
                        .map(|name| {
                            let file = modules.join(format!("mod_{name}.so"));
                            format!("LoadModule {name}_module {}\n", file.display())
                        })
                        .collect();
                let load = load.concat();
                format!(
                    "ServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/pid\nServerName localhost\nErrorLog {folder}/errors\n{load}{page}"
                )
            }
        }
    }

    fn command(self, file: &Path, folder: &TempDir) -> Command {
        let (program, arguments): (PathBuf, &[&str]) = match self {
            Self::Nginx => (installed("usr/sbin/nginx"), &["-e", "stderr", "-c"]),
            Self::Haproxy => (installed("usr/sbin/haproxy"), &["-db", "-f"]),
            Self::Caddy => (
                installed("usr/bin/caddy"),
                &["run", "--adapter", "caddyfile", "--config"],
            ),
            Self::Apache => (installed("usr/sbin/apache2"), &["-X", "-f"]),
            Self::Envoy => (
                tool::path("envoy"),
                &["--log-level", "error", "--use-dynamic-base-id", "-c"],
            ),
        };
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let mut command = Command::new(program);
        command
            .stderr(log)
            .args(arguments)
            .arg(file)
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CONFIG_HOME");
        if !matches!(self, Self::Envoy) {
            let libraries = format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH);
            command.env("LD_LIBRARY_PATH", installed(&libraries));
        }
        command
    }
}

/// Returns a path in the folder of the unpacked proxies.
fn installed(path: &str) -> PathBuf {
    tool::path("proxies").join(path)
}

/// Returns an address that was free just now.
pub fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}
