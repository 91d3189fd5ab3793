//! What a form has to bring, and what is done with it.

use futures::stream;

use super::*;

async fn save(console: &Console, visitor: &Visitor, body: impl Into<Body>) -> Answer {
    let request = post_from_here("/save").header(header::COOKIE, &visitor.cookie);
    console.ask(request.body(body.into()).expect("a request")).await
}

#[tokio::test]
async fn a_form_with_its_sessions_token_is_read() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    let body = format!("tags=a&secret=p%26%3D%2B+%C3%A9&unknown=1&tags=b%2Cc&csrf={}&rows=", visitor.csrf);
    let answer = save(&console, &visitor, body).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "p&=+ é|a,b,c|None"));
    let answer = save(&console, &visitor, format!("secret=&rows=7&csrf={}", visitor.csrf)).await;
    assert_eq!(answer.body, "||Some(7)");
}

#[tokio::test]
async fn another_token_or_none_is_refused() {
    let (console, foreign) = (Console::new(), Console::new());
    let (visitor, other) = (console.sign_in().await, console.sign_in().await);
    let stranger = foreign.sign_in().await;
    let id = visitor.cookie.split_once('=').expect("a pair").1;
    for token in ["", "x", &visitor.csrf[1..], &other.csrf, &stranger.csrf, id, &visitor.csrf.to_lowercase()] {
        let answer = save(&console, &visitor, format!("csrf={token}&secret=planted-secret")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{token}");
        assert!(!answer.body.contains("planted-secret"));
    }
    for body in [String::new(), "secret=s".to_owned(), format!("csrf={0}&csrf={0}&secret=s", visitor.csrf)] {
        assert_eq!(save(&console, &visitor, body.clone()).await.status, StatusCode::FORBIDDEN, "{body}");
    }
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_not_repeated() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    for fields in ["rows=planted-secret&secret=s", "tags=planted-secret", "secret=planted-secret&secret=planted-secret"]
    {
        let answer = save(&console, &visitor, format!("{fields}&csrf={}", visitor.csrf)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fields}");
        assert!(!answer.body.contains("planted-secret"), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_large_form_is_read_up_to_the_limit_and_no_further() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    let rest = format!("csrf={}&secret=", visitor.csrf);
    let full = format!("{rest}{}", "s".repeat(256 * 1024 - rest.len()));
    assert_eq!(save(&console, &visitor, full.clone()).await.status, StatusCode::OK);
    let over = format!("{full}s");
    assert_eq!(save(&console, &visitor, over.clone()).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Without its length, as a chunked body comes.
    let pieces = |text: String| {
        let pieces: Vec<_> =
            text.as_bytes().chunks(1_000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
        Body::from_stream(stream::iter(pieces))
    };
    assert_eq!(save(&console, &visitor, pieces(full)).await.status, StatusCode::OK);
    assert_eq!(save(&console, &visitor, pieces(over)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let endless = Body::from_stream(stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 1_000])));
    assert_eq!(save(&console, &visitor, endless).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(start_paused = true)]
async fn a_form_that_never_arrives_is_given_up() {
    let console = Console::new();
    let visitor = console.sign_in().await;
    let never = Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>());
    assert_eq!(save(&console, &visitor, never).await.status, StatusCode::REQUEST_TIMEOUT);
    let broken = Body::from_stream(stream::iter(
        [Ok("csrf=".as_bytes()), Err(std::io::ErrorKind::BrokenPipe)]
            .map(|piece: Result<&[u8], std::io::ErrorKind>| piece.map(<[u8]>::to_vec).map_err(std::io::Error::from)),
    ));
    assert_eq!(save(&console, &visitor, broken).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_form_shows_nothing_of_itself() {
    let posted = Posted("planted-secret");
    let to = super::super::OwnPath::default();
    let sign_in = SignInForm { code: zeroize::Zeroizing::new("planted-secret".to_owned()), to };
    assert_eq!(format!("{posted:?} {sign_in:?}"), "Posted SignInForm");
}
