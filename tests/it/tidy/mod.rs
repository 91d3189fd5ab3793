//! The rules of the repository, as tests: what may use what, under which licences, and what every file and folder owes
//! to whoever opens it. They are apart from the tests of the product because they read the sources and run nothing.

mod arrows;
mod fixtures;
mod headers;
mod licences;
mod readme;

mod repository;
mod spdx;
