//! The tenant as who asks it over a socket sees it. Time is the tests' own throughout: no test waits, and none depends on how fast the
//! machine is.

mod client;
mod control;
mod errors;
mod export;
mod faults;
mod filters;
mod paging;
mod rates;
mod walk;
