//! Pages that follow from one another: Prism, the directory, the audit log, the small lists. Only the cursor of one page
//! tells the next, so the pages come one after the other; the next one is on its way while this one is decoded.

use std::time::Instant;

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::read::ahead::{self, Query};
use crate::read::pager::{After, Pager, Position};
use crate::read::piece::{Account, Piece, Read};
use crate::read::reader::Reading;
use crate::{DataSet, Decoded, limits, tenant::Tenant};

/// What is read, and how the rows are looked at before they leave.
pub(crate) struct Chain<'a> {
    pub(crate) data_set: DataSet,
    pub(crate) endpoint: Endpoint,
    /// Parameters of every page.
    pub(crate) fixed: Query,
    /// Takes away what is not wanted.
    pub(crate) keep: &'a (dyn Fn(Decoded) -> Decoded + Sync),
    /// True where earlier rows are to be carried over.
    pub(crate) carries_over: bool,
    /// Rows expected, when known.
    pub(crate) expected: Option<u64>,
    /// True where the pages begin anew, wherever an earlier reading stopped.
    pub(crate) anew: bool,
}

/// Reads all pages and returns the data set's account.
pub(crate) async fn read(reading: &Reading<'_>, chain: Chain<'_>) -> Result<Account, Error> {
    let began = Instant::now();
    let tenant = reading.tenant.counted();
    let from = if chain.anew { None } else { reading.position(chain.data_set)? };
    let is_resumed = from.is_some();
    let account = |complete, notes| Account {
        strategy: "pages",
        requests: tenant.requests(),
        took: began.elapsed(),
        complete,
        carries_over: chain.carries_over,
        notes,
    };
    reading.began(chain.data_set, chain.expected, chain.carries_over).await?;
    let mut walk = Walk { reading, tenant: &tenant, chain: &chain, pager: pager(&chain, from)?, totals: Vec::new() };
    match walk.finish(is_resumed).await {
        Err(error @ Error::Paging { .. }) => return Ok(account(false, vec![sentence(&error)])),
        Ok(Some(note)) => return Ok(account(false, vec![note])),
        Ok(None) => {}
        Err(error) => return Err(error),
    }
    let notes = walk.shortfall().await?;
    Ok(account(notes.is_empty(), notes))
}

fn pager(chain: &Chain<'_>, from: Option<Position>) -> Result<Pager, Error> {
    Pager::new(chain.endpoint, chain.fixed.clone(), from)
}

/// An error as a sentence of a report.
pub(crate) fn sentence(error: &Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    format!("{}{}.", first.collect::<String>(), letters.as_str())
}

struct Walk<'a> {
    reading: &'a Reading<'a>,
    tenant: &'a Tenant,
    chain: &'a Chain<'a>,
    pager: Pager,
    /// What the pages said of the number of rows, the first and the last.
    totals: Vec<u64>,
}

impl Walk<'_> {
    /// Reads until everything that was there throughout is read; says why where that cannot be said.
    async fn finish(&mut self, is_resumed: bool) -> Result<Option<String>, Error> {
        match self.all().await {
            // A cursor that is too old is forgotten by the service: what was read with it is read again.
            Err(Error::Unexpected { .. }) if is_resumed => self.again().await?,
            ended => ended?,
        }
        self.settle().await
    }

    async fn all(&mut self) -> Result<(), Error> {
        if self.pager.is_at_end() {
            return Ok(());
        }
        let mut query = self.pager.query();
        let mut got = self.tenant.get(self.chain.endpoint, "", &query).await?;
        loop {
            let guess = ahead::cursor_at_end(&got.body).map(|cursor| self.pager.query_after_cursor(&cursor));
            let number = self.reading.number();
            let place = (self.chain.endpoint, "");
            let decoding = ahead::page(self.tenant, self.chain.data_set, place, &query, number, got);
            let (page, asked) = match &guess {
                Some(guess) => {
                    let asking = self.tenant.get(self.chain.endpoint, "", guess);
                    let (page, asked) = tokio::join!(decoding, asking);
                    (page?, Some(asked))
                }
                None => (decoding.await?, None),
            };
            let after = self.pager.advance(&page.decoded.envelope, page.decoded.records, &page.body)?;
            self.note_total(page.decoded.envelope.total.or(page.decoded.envelope.count).or(page.total));
            self.hand_on(page, number).await?;
            if after == After::End {
                return Ok(());
            }
            query = self.pager.query();
            got = match asked {
                Some(asked) if guess.as_ref() == Some(&query) => asked?,
                _ => self.tenant.get(self.chain.endpoint, "", &query).await?,
            };
        }
    }

    /// Reads everything once more; what was read is void.
    async fn again(&mut self) -> Result<(), Error> {
        self.reading.out.send(Piece::Restarted { data_set: self.chain.data_set }).await?;
        self.pager = pager(self.chain, None)?;
        self.totals.clear();
        self.all().await
    }

    /// Reads pages that have no cursors until nothing moves meanwhile; says so where it never stops.
    async fn settle(&mut self) -> Result<Option<String>, Error> {
        for _ in 1..limits::OFFSET_PASSES_MAX {
            if !self.pager.has_moved() {
                return Ok(None);
            }
            self.again().await?;
        }
        let passes = limits::OFFSET_PASSES_MAX;
        let note = || format!("Rows came and went while its pages were read, {passes} times.");
        Ok(self.pager.has_moved().then(note))
    }

    async fn hand_on(&self, page: ahead::Page, number: u32) -> Result<(), Error> {
        let read = Read {
            data_set: self.chain.data_set,
            number,
            is_by_device: false,
            name: page.name,
            decoded: (self.chain.keep)(page.decoded),
            position: self.pager.position().text(),
            requests: self.tenant.requests(),
        };
        self.reading.out.send(Piece::Page(Box::new(read))).await
    }

    fn note_total(&mut self, total: Option<u64>) {
        if let Some(total) = total {
            self.totals.truncate(1);
            self.totals.push(total);
        }
    }

    /// Why there are fewer rows than the service says; empty where there are as many. Rows that came or went while they
    /// were read are no shortfall: as many as there were at the beginning or at the end are enough.
    async fn shortfall(&self) -> Result<Vec<String>, Error> {
        let rows = self.pager.rows();
        let is_within = |totals: &[u64]| totals.iter().min().is_none_or(|&least| rows >= least);
        if !self.totals.is_empty() && is_within(&self.totals) {
            return Ok(Vec::new());
        }
        let Some(counted) = self.reading.count(self.tenant, self.chain).await? else {
            return Ok(match self.totals.as_slice() {
                [] => Vec::new(),
                totals => vec![short(rows, totals)],
            });
        };
        // Where the service's own count agrees with the pages, it is the total on the pages that lies.
        Ok(if rows >= counted { Vec::new() } else { vec![short(rows, &[counted])] })
    }
}

fn short(rows: u64, totals: &[u64]) -> String {
    let least = totals.iter().min().copied().unwrap_or_default();
    format!("The pages held {rows} rows, and the tenant says that there are {least}.")
}
