//! The one integration binary: whatever needs more than one crate to be shown, and the rules of the repository.

mod canary;
mod delivery;
mod doctor;
mod earlier;
mod exits;
mod explaining;
mod faults;
mod gates;
mod killed;
mod killed_loading;
mod life;
mod memory;
mod nights;
mod official_client;
mod order;
mod plans;
mod published;
mod reading;
mod reconciling;
mod refused;
mod resumed;
mod road;
mod situations;
mod thirty_nights;
mod tidy;
mod ways;
