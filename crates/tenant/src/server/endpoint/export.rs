//! Prism's exports: asked for, waited for, fetched from a signed address that takes no token.

use super::{Asked, too_many};
use crate::category::Category;
use crate::limits::{EXPORT_PIECE_BYTES, EXPORT_PIECES_QUEUED, EXPORTS_HELD_MAX};
use crate::moment::Moment;
use crate::prism::{Filter, Headings, Selection, Sheet, Sort, Wanted};
use crate::server::answer::{Answer, CSV, Payload, XML};
use crate::server::config::Pending;
use crate::server::error_shape::Complaint;
use crate::server::route::DOWNLOADS;
use crate::server::shared::locked;
use crate::server::world::World;
use axum::body::Bytes;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Rows that are told at a time: a piece is looked at after each.
const ROWS_AT_ONCE: u64 = 500;

/// Jobs, the oldest first.
#[derive(Default)]
pub(crate) struct Exports {
    jobs: Vec<Job>,
}

struct Job {
    id: String,
    category: Category,
    args: Value,
    world: Arc<World>,
    selection: Arc<Selection>,
    /// Milliseconds since 1970.
    created: i64,
    polls: u32,
    failure: Option<String>,
    signature: String,
    /// Until when its address is good, once it has one.
    good_until: Option<i64>,
}

/// `POST /prism/export`.
pub(super) fn request(asked: &Asked<'_>) -> Result<Answer, Complaint> {
    let given: Value =
        serde_json::from_slice(&asked.call.body).map_err(|_| Complaint::bad_request("JSON parse error"))?;
    let name = given["category"].as_str().unwrap_or_default();
    let category = Category::of_name(name).filter(|category| category.is_exportable());
    let category = category.ok_or_else(|| Complaint::bad_request(format!("Invalid category: {name}")))?;
    let texts = |key: &str| -> Vec<String> {
        let list = given[key].as_array().into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let filter = match &given["filter"] {
        Value::Null => Filter::default(),
        filter => Filter::of(filter).map_err(Complaint::bad_request)?,
    };
    let wanted = Wanted {
        blueprint_ids: texts("blueprint_ids"),
        device_families: texts("device_families"),
        filter,
        sort: Sort::read(given["sort_by"].as_str().unwrap_or_default()),
        ..Wanted::all(category)
    };
    let world = asked.shared.world();
    let selection = Arc::new(Selection::of(&world.fleet, &wanted).map_err(|_| too_many())?);
    let job = Job {
        id: uuid::Uuid::new_v4().to_string(),
        category,
        args: json!({
            "filter": given["filter"].as_object().cloned().unwrap_or_default(),
            "columns": [],
            "sort_by": given["sort_by"].as_str().unwrap_or_default(),
            "blueprint_ids": wanted.blueprint_ids,
            "device_families": wanted.device_families,
        }),
        world,
        selection,
        created: asked.shared.now(),
        polls: 0,
        failure: None,
        signature: uuid::Uuid::new_v4().simple().to_string(),
        good_until: None,
    };
    let told = job.told(asked, "pending");
    let mut exports = locked(&asked.shared.exports);
    if exports.jobs.len() >= EXPORTS_HELD_MAX {
        exports.jobs.remove(0);
    }
    exports.jobs.push(job);
    Ok(Answer::json(told))
}

/// `GET /prism/export/{id}`.
pub(super) fn poll(asked: &Asked<'_>, id: &str) -> Result<Answer, Complaint> {
    let mut exports = locked(&asked.shared.exports);
    let job = exports.jobs.iter_mut().find(|job| job.id == id).ok_or_else(Complaint::not_found)?;
    job.polls += 1;
    let now = asked.shared.now();
    let is_pending = match asked.shared.export.pending {
        Pending::Polls(polls) => job.polls <= polls,
        Pending::Milliseconds(wait) => now < job.created + i64::from(wait),
    };
    if is_pending {
        return Ok(Answer::json(job.told(asked, "pending")));
    }
    if let Some(failure) = &asked.export_failure {
        job.failure = Some(failure.clone());
    }
    if job.failure.is_some() {
        return Ok(Answer::json(job.told(asked, "failed")));
    }
    job.good_until = Some(now + i64::from(asked.shared.export.signed_seconds) * 1_000);
    Ok(Answer::json(job.told(asked, "success")))
}

impl Job {
    fn path(&self, folder: &str) -> String {
        let day: String = Moment::of_milliseconds(self.created).zulu().as_str().chars().take(10).collect();
        format!("{DOWNLOADS}/{folder}/export-{day}-{}-{}.csv", self.category.name(), self.id)
    }

    fn told(&self, asked: &Asked<'_>, status: &str) -> Vec<u8> {
        let path = self.path(&asked.shared.export_folder);
        let is_done = status == "success";
        let signed = || {
            let seconds = asked.shared.export.signed_seconds;
            asked.call.address(&format!(
                "/{path}?X-Amz-Date={}&X-Amz-Expires={seconds}&X-Amz-Signature={}",
                Moment::of_milliseconds(self.created).compact(),
                self.signature
            ))
        };
        let stamp = |milliseconds: i64| serde_json::to_value(Moment::of_milliseconds(milliseconds).offset());
        let told = json!({
            "id": self.id,
            "status": status,
            "category": self.category.name(),
            "args": self.args,
            "error_msg": self.failure.as_ref().filter(|_| status == "failed"),
            "path": is_done.then_some(&path),
            "signed_url": is_done.then(signed),
            "created_at": stamp(self.created).unwrap_or_default(),
            "updated_at": stamp(asked.shared.now()).unwrap_or_default(),
        });
        told.to_string().into_bytes()
    }
}

/// The signed address of a finished export.
pub(super) fn download(asked: &Asked<'_>, path: &str) -> Result<Answer, Complaint> {
    // The store of the real service knows two ways to be asked and refuses both at once.
    if asked.call.authorization.is_some() {
        return Ok(refused("InvalidArgument", "Only one auth mechanism allowed", StatusCode::BAD_REQUEST));
    }
    let exports = locked(&asked.shared.exports);
    let found = exports.jobs.iter().find(|job| job.path(&asked.shared.export_folder) == path);
    let Some(job) = found else {
        return Ok(refused("NoSuchKey", "The specified key does not exist.", StatusCode::NOT_FOUND));
    };
    let is_signed = asked.call.query.text("X-Amz-Signature") == Some(job.signature.as_str());
    if !is_signed || job.good_until.is_none_or(|until| asked.shared.now() >= until) {
        return Ok(refused("AccessDenied", "Request has expired", StatusCode::FORBIDDEN));
    }
    let (sender, pieces) = mpsc::channel(EXPORT_PIECES_QUEUED);
    let (world, selection, category) = (Arc::clone(&job.world), Arc::clone(&job.selection), job.category);
    let headings = asked.shared.export.headings;
    drop(exports);
    // On a thread of its own: a client that takes its time must not hold one of those that answer.
    std::thread::spawn(move || write(&world, &selection, category, headings, &sender));
    Ok(Answer::new(CSV, Payload::Streamed(pieces)))
}

fn write(world: &World, selection: &Selection, category: Category, headings: Headings, sender: &mpsc::Sender<Bytes>) {
    let mut sheet = Sheet::of(&world.fleet, category, headings);
    let mut next = 0;
    while next < selection.total() {
        selection.tell(&world.fleet, next..next + ROWS_AT_ONCE, &mut sheet);
        next += ROWS_AT_ONCE;
        if sheet.written_bytes() >= EXPORT_PIECE_BYTES && sender.blocking_send(sheet.take().into()).is_err() {
            return;
        }
    }
    // Where the client has gone nobody misses the rest.
    drop(sender.blocking_send(sheet.take().into()));
}

fn refused(code: &str, message: &str, status: StatusCode) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Answer::new(XML, Payload::Whole(body.into_bytes().into())).with_status(status)
}
