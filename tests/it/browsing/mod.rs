//! The browser harness, held to what it promises: controls by their names, faults told, pictures taken, and nothing left
//! running.

mod pages;

use std::fs;
use std::path::Path;
use std::sync::{Arc, mpsc};

use pages::Pages;
use tests::browser::{Browser, Focused, Key, NARROW, Scheme, Script, WIDE};

async fn opened() -> (Browser, Pages) {
    (Browser::open().await, Pages::open().await)
}

/// What a panic said, of a task that must panic.
async fn complaint(task: impl Future<Output = ()> + Send + 'static) -> String {
    let ended = tokio::spawn(task).await.expect_err("the task panics");
    let payload = ended.into_panic();
    payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| payload.downcast_ref::<&str>().map(|said| (*said).to_owned()))
        .expect("a panic with words")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_filled_by_its_labels_with_scripts_and_without() {
    let (browser, pages) = opened().await;
    for script in [Script::On, Script::Off] {
        browser.script(script).await;
        browser.goto(&pages.address("/good")).await;
        assert_eq!(browser.title().await, "Good");
        match script {
            Script::On => browser.wait_for("ready now").await,
            Script::Off => assert!(browser.text().await.contains("not ready"), "its script ran"),
        }
        browser.fill("Client ID", "an id").await;
        browser.fill("Client secret", "geheim & süß").await;
        browser.fill("Why", "trying").await;
        browser.select("Time zone", "Europe/Berlin").await;
        assert!(!browser.is_checked("Send applications").await);
        browser.check("Send applications").await;
        browser.check("Send applications").await;
        assert!(browser.is_checked("Password").await);
        browser.choose("Client credentials").await;
        assert_eq!(browser.value("Client ID").await, "an id");
        assert!(browser.can_press("Connect").await && !browser.can_press("Save").await);
        browser.press("Connect").await;
        browser.wait_for("sent id=an+id secret=geheim+%26+s%C3%BC%C3%9F why=trying").await;
        assert!(
            browser.text().await.ends_with("zone=Europe%2FBerlin apps=on grant=client"),
            "{}",
            browser.text().await
        );
        browser.back().await;
        browser.uncheck("Send applications").await;
        // What hides the link has to be opened first.
        assert!(!browser.can_press("Delete integration").await);
        browser.press("More").await;
        browser.press("Delete integration").await;
        assert!(browser.address().await.ends_with("/good#deleted"));
        browser.no_console_errors().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_with_the_page() {
    let (browser, pages) = opened().await;
    let browser = Arc::new(browser);
    browser.goto(&pages.address("/faulty")).await;
    let own = Arc::clone(&browser);
    let said = complaint(async move { own.fill("Client ID", "an id").await }).await;
    for words in ["none is called `Client ID`", "/faulty", "a pale text"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let own = Arc::clone(&browser);
    let said = complaint(async move { own.press("Open").await }).await;
    assert!(said.contains("2 are called `Open`"), "{said}");
    browser.goto(&pages.address("/good")).await;
    let own = Arc::clone(&browser);
    let said = complaint(async move { own.select("Time zone", "Mars").await }).await;
    assert!(said.contains(r#"none is called `Mars`; there are ["UTC", "Europe/Berlin"]"#), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_page_is_drawn_at_both_widths_in_both_colours() {
    let (mut browser, pages) = opened().await;
    browser.goto(&pages.address("/good")).await;
    browser.wait_for("ready now").await;
    tests::browser::shots(&mut browser, "harness-good").await;
    browser.no_console_errors().await;
    let picture = |width: u32, scheme: Scheme| {
        let path = tests::browser::screenshots_folder().join(format!("harness-good-{width}-{scheme}.png"));
        let bytes = fs::read(&path).expect("the picture is there");
        (size_of(&path), bytes)
    };
    for width in [NARROW, WIDE] {
        let (((wide, high), light), (size, dark)) = (picture(width, Scheme::Light), picture(width, Scheme::Dark));
        assert_eq!((wide, high), size);
        assert_eq!(wide, width);
        assert!(high > 2400, "the whole page, not the window: {high}");
        assert_ne!(light, dark);
    }
    assert_eq!(browser.requests_elsewhere().await, Vec::<String>::new());
}

/// A PNG's width and height, which stand at the head of its first chunk.
fn size_of(path: &Path) -> (u32, u32) {
    let bytes = fs::read(path).expect("a picture");
    assert!(bytes.starts_with(b"\x89PNG"), "no PNG");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_page_is_told() {
    let (mut browser, pages) = opened().await;
    browser.goto(&pages.address("/faulty")).await;
    let faults = browser.accessibility_faults().await;
    let expected = [
        "the page does not say its language",
        "the page has no title",
        "the page has 2 headings of the first level, and should have one",
        r#"a heading skips a level: <h4 class=""> Deep"#,
        "the id same is on more than one element",
        r#"<label class=""> has for="nowhere", which is nowhere"#,
        r#"a picture has no text in its place: <img class="blank">"#,
        "a table has no heading cell: headless",
        r#"contrast 2.85 (153,153,153 on 255,255,255): <p class="pale"> a pale text"#,
        r#"contrast 2.85 (153,153,153 on 255,255,255): <p class="half"> half a text"#,
        r#"contrast 2.68 (158,158,158 on 255,255,255): <p class="modern"> a text of today"#,
        r#"a text stands on a picture: <p class="picture"> on a picture"#,
        r#"a control has no name: <input name="nameless">"#,
        "a control has no name: <button></button>",
    ];
    assert_eq!(faults, expected, "{faults:#?}");
    browser.size(NARROW, 800).await;
    let said = complaint(async move { browser.no_horizontal_overflow().await }).await;
    assert!(said.contains("<p class=\"wide\"> ends at 1616: too wide"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn breaches_and_requests_elsewhere_are_seen() {
    let (browser, pages) = opened().await;
    browser.goto(&pages.address("/breaching")).await;
    let errors = browser.console_errors().await;
    assert!(errors.len() == 1 && errors[0].contains("Content Security Policy"), "{errors:?}");
    assert_eq!(browser.console_errors().await, Vec::<String>::new(), "each is told once");
    browser.goto(&pages.address("/asking")).await;
    let asked = browser.requests_elsewhere().await;
    assert_eq!(asked, [format!("http://elsewhere.test:{}/picture.svg", pages.port)]);
    // As after a rebinding of DNS: a foreign name that leads here.
    browser.goto(&format!("http://rebound.test:{}/host", pages.port)).await;
    browser.wait_for(&format!("asked as rebound.test:{}", pages.port)).await;
    let own = pages.port;
    let said = complaint(async move { browser.goto(&format!("http://elsewhere.example:{own}/")).await }).await;
    assert!(said.contains("ERR_NAME_NOT_RESOLVED"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_reaches_every_control() {
    let (browser, pages) = opened().await;
    browser.goto(&pages.address("/good")).await;
    let order = browser.focus_order().await;
    let names: Vec<&str> = order.iter().map(|focused| focused.name.as_str()).collect();
    let expected = [
        "Home",
        "Client ID",
        "Client secret",
        "Why",
        "Time zone",
        "Send applications",
        "Password",
        "Connect",
        "More",
        "One",
        "Two",
    ];
    assert_eq!(names, expected);
    assert!(order.iter().all(|focused| focused.is_shown), "{order:?}");
    assert_eq!(browser.focus_order().await.len(), expected.len(), "it can be asked again");
    let first = browser.tab(1).await;
    assert_eq!(first, Some(Focused { role: "link".to_owned(), name: "Home".to_owned(), is_shown: true }));
    browser.tab(8).await;
    browser.key(Key::Enter).await;
    browser.wait_for("Delete integration").await;
    assert_eq!(browser.tab(1).await.map(|focused| focused.name).as_deref(), Some("Delete integration"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_running() {
    let started = Browser::open().await;
    let processes = started.processes();
    assert!(processes.len() > 2, "chromedriver, Chromium and its helpers: {processes:?}");
    let folder = started.folder().to_owned();
    assert!(folder.is_dir());
    drop(started);
    assert_eq!(running(&processes), Vec::<u32>::new());
    assert!(!folder.exists(), "{} is still there", folder.display());

    let (tell, told) = mpsc::channel();
    let said = complaint(async move {
        let browser = Browser::open().await;
        tell.send((browser.processes(), browser.folder().to_owned())).expect("somebody listens");
        browser.press("what is not there").await;
    })
    .await;
    assert!(said.contains("none is called `what is not there`"), "{said}");
    let (processes, folder) = told.recv().expect("the browser was opened");
    assert_eq!(running(&processes), Vec::<u32>::new());
    assert!(!folder.exists(), "{} is still there", folder.display());
}

fn running(processes: &[u32]) -> Vec<u32> {
    let is_alive = |process: &&u32| {
        let line = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        line.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z') && !rest.starts_with('X'))
    };
    processes.iter().filter(is_alive).copied().collect()
}
