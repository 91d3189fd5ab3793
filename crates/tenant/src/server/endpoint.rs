//! The endpoints: plain functions from what is asked to an answer.

mod devices;
mod directory;
mod export;
mod prism;

pub(crate) use export::Exports;

use super::answer::Answer;
use super::call::Call;
use super::error_shape::Complaint;
use super::fault::Twist;
use super::route::Route;
use super::shared::Shared;
use axum::http::StatusCode;
use std::sync::Arc;

/// What is asked, and how the answer is to be twisted.
pub(super) struct Asked<'a> {
    pub(super) shared: &'a Arc<Shared>,
    pub(super) call: &'a Call,
    pub(super) twist: Twist,
    /// Why an export that would be finished has failed.
    pub(super) export_failure: Option<String>,
}

/// The answer of an endpoint.
pub(super) fn answer(asked: &Asked<'_>, route: &Route) -> Result<Answer, Complaint> {
    match route {
        Route::Devices => devices::list(asked),
        Route::Device(id) => devices::one(asked, id),
        Route::DeviceDetails(id) => devices::details(asked, id),
        Route::DeviceApps(id) => devices::apps(asked, id),
        Route::Users => directory::users(asked),
        Route::Blueprints => directory::blueprints(asked),
        Route::Tags => directory::tags(asked),
        Route::AuditEvents => directory::audit(asked),
        Route::Licensing => directory::licensing(asked),
        Route::AdeDevices => directory::purchases(asked),
        Route::Prism(category) => prism::page(asked, *category),
        Route::PrismUnknown(name) => Err(Complaint::bad_request(format!("Invalid category: {name}"))),
        Route::PrismCount => prism::count(asked),
        Route::RequestExport => export::request(asked),
        Route::PollExport(id) => export::poll(asked, id),
        Route::Download(path) => export::download(asked, path),
    }
}

fn too_many() -> Complaint {
    Complaint::new(StatusCode::BAD_REQUEST, super::error_shape::ErrorShape::Detail, "Too many rows to sort.")
}
