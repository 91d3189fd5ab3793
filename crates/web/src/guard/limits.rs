//! Every limit of the guard by name, with its reason.

use std::time::Duration;

/// Random bytes of a one-time code: 80 bits, sixteen characters to type. At the pace that wrong attempts are given, a
/// guess in a whole year has one chance in 10^19.
pub const CODE_BYTES: usize = 10;

/// Characters that are shown together: what the eye carries from one window to another.
pub const CODE_GROUP: usize = 4;

/// Bytes of what may be typed as a code: the code itself, its hyphens, and room for spaces. More is not looked at.
pub const CODE_TYPED_BYTES_MAX: usize = 64;

/// Wrong attempts that cost nothing: a person mistypes a code once or twice.
pub const ATTEMPTS_FREE: u32 = 5;

/// Wrong attempts for one code; then it is replaced, so that nobody guesses at the same code for weeks.
pub const ATTEMPTS_A_CODE: u32 = 10;

/// The first wait after the free attempts. Each further wrong attempt doubles it.
pub const WAIT_FIRST: Duration = Duration::from_secs(1);

/// The longest wait. Attempts are counted together and not by address, so whoever guesses makes the owner wait as well:
/// long enough for three hundred guesses a day, short enough for the owner to sit out.
pub const WAIT_MAX: Duration = Duration::from_secs(300);

/// Random bytes of a session's id and of its token: 256 bits, where 128 are asked for.
pub const SESSION_BYTES: usize = 32;

/// Sessions at once. One person has a few browsers; the oldest session goes when another begins.
pub const SESSIONS_MAX: usize = 32;

/// How long a session lasts without a request of a person (OWASP: 15 to 30 minutes for what is worth guarding).
pub const SESSION_IDLE: Duration = Duration::from_secs(20 * 60);

/// How long it lasts in all: a working day (OWASP: 4 to 8 hours).
pub const SESSION_ABSOLUTE: Duration = Duration::from_secs(8 * 60 * 60);

/// The largest form. A scope of ten thousand serial numbers is 150 kB, and more where letters are escaped.
pub const FORM_BYTES_MAX: usize = 256 * 1024;

/// The largest form of somebody who is not signed in: a code and an address.
pub const SIGN_IN_BYTES_MAX: usize = 8 * 1024;

/// How long a form may take to arrive: 256 KiB take 20 seconds on a line of 100 kbit/s.
pub const FORM_READ: Duration = Duration::from_secs(30);

/// The longest address to come back to after signing in.
pub const OWN_PATH_BYTES_MAX: usize = 2_000;

/// Connections at once. A browser opens six to a host, and one of them may be an event stream for hours. More wait in the
/// system's queue until one ends.
pub const CONNECTIONS_MAX: usize = 256;

/// How long the head of a request may take, from the first connection or the last answer on. It is as well the time for
/// which a silent connection is kept open.
pub const HEADER_READ: Duration = Duration::from_secs(10);

/// Bytes of a request's head: cookies of everything else that runs on 127.0.0.1 come with it. It is hyper's buffer, whose
/// least is 8 KiB.
pub const HEADER_BYTES_MAX: usize = 32 * 1024;

/// How long an answer waits for a client that does not read on.
pub const WRITE_STALL: Duration = Duration::from_secs(30);

/// How long requests that are being answered may take after the service was told to end: systemd kills after 90 seconds.
pub const DRAIN: Duration = Duration::from_secs(10);
