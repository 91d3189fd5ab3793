//! What `snowhaul serve --print-unit` prints: a systemd unit of the service, and for whoever wants no service a run
//! each night by a timer. Apart because each line is a lock that somebody may have to open, and says why it is there.
//!
//! Where each file goes stands in the unit itself, which is read on the machine where it is needed. We do not set
//! `WatchdogSec=`, because nothing here tells systemd that it is alive, and systemd would end a healthy service.

mod quoted;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::limits;
use quoted::{argument, path};

/// Folders that `StateDirectory=` makes are here.
const STATE_ROOT: &str = "/var/lib";

/// The folders that `ProtectHome=yes` hides.
const HOMES: [&str; 3] = ["/home", "/root", "/run/user"];

/// Ports below this one are for those with a capability.
const FREE_PORT_MIN: u16 = 1_024;

/// What is particular to one machine. Paths are absolute.
#[derive(Clone, Debug)]
pub struct UnitConfig {
    /// The program.
    pub program: PathBuf,
    /// Where the console listens, as `127.0.0.1:8182`.
    pub listen: String,
    /// The state folder.
    pub state: PathBuf,
    /// The folder of keys; beside the state folder where none is named.
    pub keys: Option<PathBuf>,
    /// The user that it runs as; one that systemd makes up for the time that it runs where none is named.
    pub user: Option<String>,
    /// What else `serve` is told, as arguments.
    pub more: Vec<String>,
    /// How long a run that works is given to come to a point where it can stop.
    pub drain: Duration,
}

impl UnitConfig {
    fn keys(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| {
            let mut beside = self.state.clone().into_os_string();
            beside.push("-keys");
            beside.into()
        })
    }
}

/// `snowhaul.service`: the console and the scheduler.
pub fn unit(config: &UnitConfig) -> String {
    let mut text = String::from(SERVICE_HEAD);
    text += "
[Unit]
Description=Snowhaul: device and application inventory from Iru Endpoint into ServiceNow
Wants=network-online.target
After=network-online.target time-sync.target

[Service]
Type=exec
";
    let more: String = config.more.iter().map(|word| format!(" {}", argument(word))).collect();
    line(&mut text, "ExecStart", &format!("{} serve --listen {}{more}", folders(config), argument(&config.listen)));
    text += "# A wrong command line (64) does not become right by trying again.
Restart=on-failure
RestartSec=30
RestartPreventExitStatus=64
# SIGTERM: no further batch leaves, what is under way is brought to an end, the next start goes on from there.
KillSignal=SIGTERM
KillMode=mixed
";
    let stop = config.drain.saturating_add(limits::STOP_MARGIN);
    line(&mut text, "TimeoutStopSec", &stop.as_secs().to_string());
    text += &locked(config, privileged_port(&config.listen));
    text += "
[Install]
WantedBy=multi-user.target
";
    text
}

/// `snowhaul-nightly.service`: one run of all integrations, for the timer.
pub fn nightly_service(config: &UnitConfig) -> String {
    let mut text = String::from(NIGHTLY_HEAD);
    text += "
[Unit]
Description=Snowhaul: one run of all integrations
Wants=network-online.target
After=network-online.target time-sync.target

[Service]
Type=oneshot
";
    line(&mut text, "ExecStart", &format!("{} run --all", folders(config)));
    text += "KillSignal=SIGTERM
KillMode=mixed
";
    let stop = config.drain.saturating_add(limits::STOP_MARGIN);
    line(&mut text, "TimeoutStopSec", &stop.as_secs().to_string());
    text += &locked(config, false);
    text
}

/// `snowhaul-nightly.timer`: every night at two.
pub fn nightly_timer() -> String {
    TIMER.to_owned()
}

const SERVICE_HEAD: &str = "\
# snowhaul.service: the console and the scheduler.
#
# 1. This file: /etc/systemd/system/snowhaul.service
# 2. The master key, sealed to this machine:
#      openssl rand -hex 32 | systemd-creds encrypt --name=snowhaul-master-key - \\
#        /etc/credstore.encrypted/snowhaul-master-key
#    Keep a copy of the 64 digits where the machine's own backup is not: without them no credential can be opened.
# 3. systemctl daemon-reload && systemctl enable --now snowhaul
# 4. The one-time code for the console: journalctl -u snowhaul
";

const NIGHTLY_HEAD: &str = "\
# snowhaul-nightly.service: one run of all integrations, begun by snowhaul-nightly.timer. Instead of snowhaul.service,
# never beside it.
#
# 1. This file: /etc/systemd/system/snowhaul-nightly.service
# 2. The timer: /etc/systemd/system/snowhaul-nightly.timer
# 3. The master key, sealed to this machine:
#      openssl rand -hex 32 | systemd-creds encrypt --name=snowhaul-master-key - \\
#        /etc/credstore.encrypted/snowhaul-master-key
#    Keep a copy of the 64 digits where the machine's own backup is not: without them no credential can be opened.
# 4. systemctl daemon-reload && systemctl enable --now snowhaul-nightly.timer
# 5. How the last run ended: systemctl status snowhaul-nightly. Exit code 3: rows have errors, 4: a brake waits.
";

const TIMER: &str = "\
# snowhaul-nightly.timer: every night at two, by the machine's own time zone.
#
# This file: /etc/systemd/system/snowhaul-nightly.timer

[Unit]
Description=Snowhaul: every night

[Timer]
OnCalendar=*-*-* 02:00:00
# Many machines do not ask one tenant or instance in one second; each has its own delay, the same every night.
RandomizedDelaySec=15min
FixedRandomDelay=yes
# A night that the machine slept through is made up for once.
Persistent=yes

[Install]
WantedBy=timers.target
";

/// The program with its folders.
fn folders(config: &UnitConfig) -> String {
    let bytes = |path: &Path| argument(path.as_os_str());
    format!("{} --state {} --keys {}", path(&config.program), bytes(&config.state), bytes(&config.keys()))
}

/// Who it runs as, what it may write, and everything that it may not.
fn locked(config: &UnitConfig, needs_port: bool) -> String {
    let mut text = String::from("\n# Who it is.\n");
    match &config.user {
        Some(user) => {
            // No user has a control character in its name, and a line break would begin another setting.
            let user: String = user.chars().filter(|c| !c.is_control()).collect();
            let _infallible =
                writeln!(text, "# Made with: useradd --system --no-create-home --shell /usr/sbin/nologin {user}");
            line(&mut text, "User", &user);
        }
        None => text += "DynamicUser=yes\n",
    }
    text += "UMask=0077

# The master key. systemd opens it for this service only, and it is in no backup of the folders below. Before
# systemd 250: LoadCredential= with a file of mode 0600 that holds the 64 digits.
LoadCredentialEncrypted=snowhaul-master-key:/etc/credstore.encrypted/snowhaul-master-key

# What it may write: its state, and beside it, never inside, the keys.
";
    text += &writable(config);
    text += LOCKS;
    line(&mut text, "ProtectHome", if is_in_homes(config) { "read-only" } else { "yes" });
    let capability = if needs_port { "CAP_NET_BIND_SERVICE" } else { "" };
    line(&mut text, "CapabilityBoundingSet", capability);
    line(&mut text, "AmbientCapabilities", capability);
    text
}

const LOCKS: &str = "
# What it may not. No further privilege, no device, no other file system, no kernel, no other process.
NoNewPrivileges=yes
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
# A dump of its memory would hold credentials.
LimitCORE=0
# TCP to both ends and the console; the journal and the name service of the machine by a local socket.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
";

/// Folders in systemd's own place are made by it; others have to be there.
fn writable(config: &UnitConfig) -> String {
    let folders = [config.state.clone(), config.keys()];
    let (made, others): (Vec<_>, Vec<_>) = folders.iter().partition(|folder| folder_of_service(folder).is_some());
    let mut text = String::new();
    let made: Vec<String> = made.into_iter().filter_map(|folder| folder_of_service(folder)).map(path).collect();
    if !made.is_empty() {
        line(&mut text, "StateDirectory", &made.join(" "));
        line(&mut text, "StateDirectoryMode", "0700");
    }
    if !others.is_empty() {
        text += "# Make them before the first start, for this user only (mode 0700).\n";
        let others: Vec<String> = others.into_iter().map(path).collect();
        line(&mut text, "ReadWritePaths", &others.join(" "));
    }
    text
}

/// The path below systemd's own place for state; none for what is elsewhere, and for what is the place itself.
fn folder_of_service(folder: &Path) -> Option<&Path> {
    let below = folder.strip_prefix(STATE_ROOT).ok()?;
    let is_plain = below.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    // A colon has a meaning in `StateDirectory=`.
    let has_colon = below.as_os_str().as_encoded_bytes().contains(&b':');
    (is_plain && !has_colon && below.components().next().is_some()).then_some(below)
}

fn is_in_homes(config: &UnitConfig) -> bool {
    let keys = config.keys();
    let paths = [config.program.as_path(), &config.state, &keys];
    paths.iter().any(|path| HOMES.iter().any(|home| path.starts_with(home)))
}

fn privileged_port(listen: &str) -> bool {
    let port = listen.parse::<SocketAddr>().map(|address| address.port()).ok();
    let port = port.or_else(|| listen.rsplit_once(':')?.1.parse().ok());
    port.is_some_and(|port| (1..FREE_PORT_MIN).contains(&port))
}

fn line(text: &mut String, name: &str, value: &str) {
    *text += name;
    *text += "=";
    *text += value;
    *text += "\n";
}

#[cfg(test)]
mod tests;
