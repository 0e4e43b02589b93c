//! PostgreSQL and PgBouncer from Debian's packages, started as the user `postgres`, never as root.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::{free_port, template};

pub struct Postgres {
    folder: TempDir,
    binaries: PathBuf,
    durable: bool,
    pub port: u16,
}

/// The password of every role of a test's server; it is only ever reached over loopback.
const PASSWORD: &str = "galleria";

impl Postgres {
    /// An empty server.
    pub fn start() -> Self {
        Self::made_once("empty", &[&binaries()], |_| ())
    }

    /// A server that `galleria migrate` has prepared.
    pub fn prepared() -> Self {
        Self::made_once("galleria", &[&crate::binary()], Self::prepare)
    }

    /// A copy of a server that was prepared once, with all that was put into its folder then; it is prepared again when
    /// one of `makers` is another than then.
    pub fn made_once(name: &str, makers: &[&Path], prepare: impl FnOnce(&Self)) -> Self {
        let server = Self::nowhere(false);
        template::copy(name, makers, server.folder(), |template| {
            let first = Self::nowhere(false);
            first.make();
            first.up();
            prepare(&first);
            first.stop("fast");
            template::copied(first.folder(), template);
        });
        server.up();
        server
    }

    /// An empty server for whoever measures: what it says is committed is on the disk.
    pub fn durable() -> Self {
        let server = Self::nowhere(true);
        server.make();
        server.up();
        server
    }

    /// Its folder and its port are there, and nothing is in the folder.
    fn nowhere(durable: bool) -> Self {
        Self { folder: folder(), binaries: binaries(), durable, port: free_port() }
    }

    fn make(&self) {
        let data = self.data();
        as_postgres(
            &self.binaries.join("initdb"),
            &[
                "-D",
                text(&data),
                "-A",
                "trust",
                "-U",
                "owner",
                "--locale=C",
                "-E",
                "UTF8",
                "--wal-segsize=1",
                "--no-sync",
            ],
        );
    }

    /// Starts a server that was stopped.
    pub fn up(&self) {
        // A server that is killed has lost nothing that the kernel knows of, so stories need not wait for the disk.
        let settings = if self.durable { "" } else { " -c fsync=off -c full_page_writes=off" };
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c max_connections=200 -c shared_buffers=256MB{settings}",
            self.port,
            self.folder.path().display()
        );
        let log = self.folder.path().join("log");
        as_postgres(
            &self.binaries.join("pg_ctl"),
            &["-D", text(&self.data()), "-o", &options, "-l", text(&log), "-w", "start"],
        );
    }

    /// Stops it: `fast` breaks connections off in good order, `immediate` is as good as pulling the plug.
    pub fn stop(&self, mode: &str) {
        as_postgres(&self.binaries.join("pg_ctl"), &["-D", text(&self.data()), "-m", mode, "-w", "stop"]);
    }

    /// Where its owner signs in.
    pub fn owner_url(&self) -> String {
        self.url("owner", "postgres")
    }

    /// Where the application signs in, once the server is prepared.
    pub fn app_url(&self) -> String {
        self.url("galleria_app", "postgres")
    }

    pub fn url(&self, role: &str, database: &str) -> String {
        url(self.port, role, database)
    }

    /// The same, through whoever listens at another port.
    pub fn app_url_through(port: u16) -> String {
        url(port, "galleria_app", "postgres")
    }

    /// Prepares it with `galleria migrate`, as an operator would.
    pub fn prepare(&self) {
        let output = Command::new(crate::binary())
            .args(["migrate", "--database-url", &self.owner_url(), "--app-role", "galleria_app"])
            .env("GALLERIA_APP_PASSWORD", PASSWORD)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// From now on it lets the application in by its password, and over encrypted connections only. Gives the file with the
    /// authority that vouches for it.
    pub fn encrypt(&self) -> PathBuf {
        let script = "set -e; umask 077
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.crt
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout server.key -out server.csr
            printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n' > server.ext
            openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile server.ext -out server.crt
            chmod 644 ca.crt
            printf 'ssl = on\n' >> data/postgresql.conf
            cp server.crt server.key data/
            printf 'hostssl all galleria_app all scram-sha-256\nhost all galleria_app all reject\nhost all all all trust\n' > data/pg_hba.conf";
        let made = command(Path::new("sh"))
            .args(["-c", &format!("cd {} && {{ {script}; }}", self.folder.path().display())])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        self.stop("fast");
        self.up();
        self.folder.path().join("ca.crt")
    }

    /// Where the application signs in when it is reached encrypted, behind an address where nobody answers.
    pub fn encrypted_url(&self) -> String {
        format!(
            "postgres://galleria_app:{PASSWORD}@127.0.0.1:1,localhost:{}/postgres?sslmode=require",
            self.port
        )
    }

    /// Takes in what was written out elsewhere, as text.
    pub fn take_in(&self, text: Vec<u8>) {
        use std::io::Write as _;
        let mut psql = Command::new(self.binaries.join("psql"))
            .args(["-qAt", "-v", "ON_ERROR_STOP=1", &self.owner_url()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        psql.stdin.take().unwrap().write_all(&text).unwrap();
        assert!(psql.wait().unwrap().success(), "what was written out could not be taken in");
    }

    /// Holds some rows of a table for a while, lets go of them, and holds others, until it is dropped.
    pub fn hold_rows(&self, table: &str, lasting: Duration) -> Holder {
        let seconds = lasting.as_secs_f32();
        let script = format!(
            "while true; do echo \"begin; select 1 from {table} order by random() limit 3 for update; select pg_sleep({seconds}); commit; select pg_sleep({seconds});\"; sleep {seconds}; done | {} -q -v ON_ERROR_STOP=0 \"{}\"",
            self.binaries.join("psql").display(),
            self.owner_url()
        );
        use std::os::unix::process::CommandExt as _;
        let child = Command::new("sh")
            .args(["-c", &script])
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Holder(child.unwrap())
    }

    /// Nobody writes to a table until it is dropped.
    pub fn hold_table(&self, table: &str) -> Holder {
        use std::io::{BufRead as _, BufReader, Write as _};
        use std::os::unix::process::CommandExt as _;
        let mut child = Command::new(self.binaries.join("psql"))
            .args(["-qAt", "-v", "ON_ERROR_STOP=1", &self.owner_url()])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Its input stays open, so the server has a session that waits, and that ends with its client.
        let lock = format!("begin; lock table {table} in share mode; select 'held';\n");
        child.stdin.as_mut().unwrap().write_all(lock.as_bytes()).unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said.trim(), "held");
        Holder(child)
    }

    /// The processes that talk to clients, and the server's own.
    pub fn backends(&self) -> Vec<u32> {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        let parent = file.lines().next().unwrap_or_default().trim();
        let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
        children.unwrap_or_default().split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn binaries(&self) -> &Path {
        &self.binaries
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

fn url(port: u16, role: &str, database: &str) -> String {
    format!("postgres://{role}:{PASSWORD}@127.0.0.1:{port}/{database}?sslmode=disable")
}

/// Somebody who holds rows or a table.
pub struct Holder(std::process::Child);

impl Drop for Holder {
    fn drop(&mut self) {
        // The whole group: the shell, and the client that it feeds.
        let _ = Command::new("kill").args(["-9", "--", &format!("-{}", self.0.id())]).status();
        let _ = self.0.wait();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = command(&self.binaries.join("pg_ctl"))
            .args(["-D", text(&self.data()), "-m", "immediate", "-w", "stop"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// A pooler in transaction mode in front of a server.
pub struct PgBouncer {
    folder: TempDir,
    pub port: u16,
}

impl PgBouncer {
    pub fn start(server: &Postgres) -> Self {
        let (folder, port) = (folder(), free_port());
        let at = folder.path().display().to_string();
        let settings = format!(
            "[databases]\npostgres = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\nunix_socket_dir = {at}\npool_mode = transaction\ndefault_pool_size = 4\nmax_client_conn = 200\nlogfile = {at}/log\npidfile = {at}/pid\n",
            server.port
        );
        // `auth_type = any` ignores the user of the client, so the pooler is told whose connections to hand out.
        let settings = settings.replace(
            &format!("port={}\n", server.port),
            &format!("port={} user=galleria_app\n", server.port),
        );
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, settings).unwrap();
        let binary = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"]
            .into_iter()
            .map(Path::new)
            .find(|path| path.exists());
        let binary = binary.expect("PgBouncer is not installed; `make test` installs it (Debian: pgbouncer)");
        as_postgres(binary, &["-d", text(&file)]);
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(10), "PgBouncer did not start");
            thread::sleep(Duration::from_millis(20));
        }
        Self { folder, port }
    }

    pub fn app_url(&self) -> String {
        format!("postgres://galleria_app:{PASSWORD}@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        if let Ok(pid) = std::fs::read_to_string(self.folder.path().join("pid")) {
            let _ = Command::new("kill").args(["-9", pid.trim()]).status();
        }
    }
}

fn binaries() -> PathBuf {
    let found = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"));
    let newest = found.filter(|path| path.join("initdb").exists()).max();
    newest.expect("PostgreSQL is not installed; `make test` installs it (Debian: postgresql)")
}

/// A folder that the user `postgres` may write to.
fn folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("galleria-pg-").tempdir_in("/tmp").unwrap();
    if is_root() {
        assert!(Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap().success());
    }
    folder
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.starts_with(b"0\n")
}

fn command(binary: &Path) -> Command {
    if !is_root() {
        return Command::new(binary);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(binary);
    command
}

fn as_postgres(binary: &Path, args: &[&str]) {
    // Its standard output is inherited by the daemon it leaves behind, so it must not be a pipe that we wait on.
    let status = command(binary)
        .args(args)
        .current_dir("/tmp")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{} {args:?} failed", binary.display());
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
