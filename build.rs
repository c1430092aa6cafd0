//! Puts the `GraphiQL` page into `OUT_DIR`: bundled by npm and Vite if npm works, otherwise the
//! page that loads the same versions from a CDN. `LATCHKEY_GRAPHIQL=cdn` selects the second;
//! `LATCHKEY_GRAPHIQL=bundle` fails rather than falls back to it. The second is built in any case,
//! for the test that opens it in a browser.
//!
//! Everything happens on a copy, so that a read-only checkout builds and the source tree stays as
//! it was.

use std::{
    env,
    ffi::OsStr,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

const WEB: &str = "web/graphiql";
const BUNDLE_INPUTS: [&str; 6] = [
    ".npmrc",
    "package.json",
    "package-lock.json",
    "vite.config.js",
    "index.html",
    "src",
];
/// The operations that the server offers to front-end tools.
const OPERATIONS: &str = "clients/typescript/operations";
const CDN_INPUTS: [&str; 2] = ["cdn.html", "cdn"];

#[expect(
    clippy::disallowed_methods,
    reason = "cargo configures build scripts through the environment"
)]
fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=LATCHKEY_GRAPHIQL");
    for input in BUNDLE_INPUTS.iter().chain(&CDN_INPUTS) {
        println!("cargo:rerun-if-changed={WEB}/{input}");
    }
    println!("cargo:rerun-if-changed={OPERATIONS}");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("operations.rs"), operations()?)?;
    let requested = env::var("LATCHKEY_GRAPHIQL").unwrap_or_default();
    cdn(&out.join("cdn"))?;
    let bundled = if requested == "cdn" {
        Err("LATCHKEY_GRAPHIQL=cdn".to_owned())
    } else {
        bundle(&out.join("npm"))
    };
    let site = match bundled {
        Ok(()) => "npm/dist",
        Err(why) if requested == "bundle" => {
            return Err(io::Error::other(format!("GraphiQL was not bundled: {why}")));
        }
        Err(why) => {
            println!("cargo:warning=GraphiQL will come from a CDN, not from the program: {why}");
            "cdn"
        }
    };
    fs::write(out.join("graphiql.rs"), generated(&out, site)?)
}

/// Bundles a copy of the Vite project into its `dist`, or returns the reason for a failure.
fn bundle(copy: &Path) -> Result<(), String> {
    let prepare = || -> io::Result<()> {
        let _ = fs::remove_dir_all(copy);
        BUNDLE_INPUTS
            .iter()
            .try_for_each(|input| copy_all(&Path::new(WEB).join(input), &copy.join(input)))
    };
    prepare().map_err(|error| error.to_string())?;
    npm(
        copy,
        &[
            "ci",
            "--ignore-scripts",
            "--include=dev",
            "--prefer-offline",
            "--fetch-retry-mintimeout=1000",
        ],
    )?;
    npm(copy, &["run", "build"])?;
    address_from_the_endpoint(&copy.join("dist/index.html")).map_err(|error| error.to_string())?;
    // A quarter of a gigabyte for each profile, which nothing reads again.
    let _ = fs::remove_dir_all(copy.join("node_modules"));
    Ok(())
}

/// Rewrites the page's relative addresses: Vite's are relative to its own folder, and the page is
/// served at the endpoint.
fn address_from_the_endpoint(page: &Path) -> io::Result<()> {
    let text = fs::read_to_string(page)?;
    fs::write(page, text.replace("\"./assets/", "\"./graphiql/assets/"))
}

fn npm(project: &Path, arguments: &[&str]) -> Result<(), String> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let command = Command::new(program)
        .args(arguments)
        .current_dir(project)
        .output();
    let output = command.map_err(|error| format!("npm does not run ({error})"))?;
    if output.status.success() {
        return Ok(());
    }
    let output_text = String::from_utf8_lossy(&output.stderr).into_owned();
    let errors = output_text
        .lines()
        .filter(|line| line.to_lowercase().contains("error"))
        .take(3);
    Err(format!(
        "npm {} failed: {}",
        arguments[0],
        errors.collect::<Vec<_>>().join(" | ")
    ))
}

/// Lays out the CDN page as Vite does its bundle: index.html and assets/.
fn cdn(site: &Path) -> io::Result<()> {
    let web = Path::new(WEB);
    let _ = fs::remove_dir_all(site);
    let page = fs::read_to_string(web.join("cdn.html"))?;
    let head = fs::read_to_string(web.join("cdn/head.html"))?;
    copy_all(&web.join("src"), &site.join("assets"))?;
    copy_all(&web.join("cdn"), &site.join("assets"))?;
    for not_served in ["main.js", "head.html", "import-map.sha256"] {
        fs::remove_file(site.join("assets").join(not_served))?;
    }
    fs::write(
        site.join("index.html"),
        page.replace("<!-- cdn/head.html -->", &head),
    )
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_file() {
        fs::create_dir_all(to.parent().expect("inside OUT_DIR"))?;
        return fs::copy(from, to).map(drop);
    }
    fs::read_dir(from)?.try_for_each(|entry| {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()))
    })
}

/// Returns the Rust code that `src/http/client_files.rs` includes: the name and text of each file.
fn operations() -> io::Result<String> {
    let folder = fs::canonicalize(OPERATIONS)?;
    let mut names = fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    let mut rust = "static OPERATIONS: &[(&str, &str)] = &[\n".to_owned();
    for name in names {
        let path = folder.join(&name);
        let path = path.to_str().expect("a path in UTF-8");
        writeln!(rust, "    ({name:?}, include_str!({path:?})),").expect("a String takes all");
    }
    Ok(rust + "];\n")
}

/// Returns the Rust code that `src/http/graphiql.rs` includes, for the site in a folder of
/// `OUT_DIR`.
fn generated(out: &Path, site: &str) -> io::Result<String> {
    let mut names = fs::read_dir(out.join(site).join("assets"))?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    let import_map = if site == "cdn" {
        Some(fs::read_to_string(format!("{WEB}/cdn/import-map.sha256"))?)
    } else {
        None
    };
    let page = format!(r#"include_str!(concat!(env!("OUT_DIR"), "/{site}/index.html"))"#);
    let mut rust = format!(
        "const IMPORT_MAP: Option<&str> = {:?};\nstatic PAGE: &str = {page};\n",
        import_map.as_deref().map(str::trim),
    );
    rust.push_str("static ASSETS: &[(&str, &str, &[u8])] = &[\n");
    for name in names {
        let kind = match Path::new(&name).extension().and_then(OsStr::to_str) {
            Some("css") => "text/css",
            Some("js") => "text/javascript",
            _ => "text/plain",
        };
        let bytes = format!(r#"include_bytes!(concat!(env!("OUT_DIR"), "/{site}/assets/{name}"))"#);
        writeln!(rust, "    ({name:?}, \"{kind}; charset=utf-8\", {bytes}),")
            .expect("a String takes all");
    }
    Ok(rust + "];\n")
}
