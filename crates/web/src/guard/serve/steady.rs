//! A connection that is given up when the other side does not read on. Apart because nothing above it sees the difference
//! between an answer that is on its way and one that is not.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A stream whose writing may rest for so long and no longer. Reading is left alone: how long that may take depends on
/// what is read.
pub(super) struct Steady<S> {
    stream: S,
    patience: Duration,
    resting: Option<Pin<Box<Sleep>>>,
}

impl<S: AsyncWrite + Unpin> Steady<S> {
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience, resting: None }
    }

    /// Any progress, or any failure, ends the rest.
    fn write<T>(
        &mut self,
        context: &mut Context<'_>,
        attempt: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(done) = attempt(Pin::new(&mut self.stream), context) {
            self.resting = None;
            return Poll::Ready(done);
        }
        let resting = self.resting.get_or_insert_with(|| Box::pin(sleep(self.patience)));
        ready!(resting.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Steady<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Steady<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        self.write(context, |stream, context| stream.poll_write(context, from))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write(context, |stream, context| stream.poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write(context, |stream, context| stream.poll_shutdown(context))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(context, |stream, context| stream.poll_write_vectored(context, from))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_reads_is_given_up() {
        let (near, _far) = duplex(16);
        let error = Steady::new(near, PATIENCE).write_all(&[0; 64]).await.expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_slowly_gets_all_of_it() {
        let (near, mut far) = duplex(16);
        let mut near = Steady::new(near, PATIENCE);
        let writing = async { near.write_all(&[7; 64]).await };
        let reading = async {
            let mut read = Vec::new();
            let mut ticks = tokio::time::interval(PATIENCE / 2);
            while read.len() < 64 {
                ticks.tick().await;
                read.push(far.read_u8().await?);
            }
            Ok(read)
        };
        let ((), read) = tokio::try_join!(writing, reading).expect("it read on");
        assert_eq!(read, [7; 64]);
    }
}
