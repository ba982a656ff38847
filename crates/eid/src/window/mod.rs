//! The window: one step per screen, usable by keyboard and screen reader.

mod draw;
mod look;
mod parts;
mod picture;
mod screen;
mod single;

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use eframe::egui::{Context, Theme, ViewportBuilder};
use eid_session::{Failure, Front, HttpServer, Out, Pace, ServerAddress, Start, activate, desk};
use words::t;

use crate::reader::PcscReader;
use crate::{browser, config, surroundings};
use screen::{Launch, Screen};

/// How long a closing window waits for the activation to say that it stops.
const FAREWELL: Duration = Duration::from_secs(3);

/// Opens the window for a link, or for a code to be typed. A link that is none, and a missing configuration, are said in the
/// window: whoever clicked a link sees no terminal.
pub fn run(link: Option<&str>, server: Option<&str>) -> ExitCode {
    let lang = surroundings::lang();
    let (size, least) = ([560.0, 740.0], [360.0, 480.0]);
    let viewport = ViewportBuilder::default()
        .with_title(t(lang, "card.window"))
        .with_app_id("zelf-eid")
        .with_inner_size(size)
        .with_min_inner_size(least);
    let options = eframe::NativeOptions { viewport, centered: true, ..eframe::NativeOptions::default() };
    let start = link.map(|link| Start::from_link(link).ok_or(Failure::LINK_INVALID));
    let address = config::server(server);
    let lock = single::Lock::take();
    let opened = eframe::run_native(
        "zelf-eid",
        options,
        Box::new(move |creation| {
            look::dress(&creation.egui_ctx);
            // Where the desktop does not say, paper is light.
            creation.egui_ctx.options_mut(|options| options.fallback_theme = Theme::Light);
            let host = address.as_ref().map(|a| a.host().to_owned()).unwrap_or_default();
            let problem = address.as_ref().err().cloned();
            let mut screen = Screen::new(lang, host, launch(address, creation.egui_ctx.clone()));
            match (&lock, problem, start) {
                (None, ..) => screen.open_already = true,
                (_, Some(failure), _) | (_, None, Some(Err(failure))) => screen.fails(failure),
                (_, None, Some(Ok(start))) => screen.start(start),
                (_, None, None) => {}
            }
            Ok(Box::new(Window { screen, focused: u64::MAX, lock }))
        }),
    );
    match opened {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("zelf-eid: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Plays activations on threads of their own, so that the window never stands still.
fn launch(address: Result<ServerAddress, Failure>, context: Context) -> Launch {
    Box::new(move |start| {
        let mut server = HttpServer::new(address.clone()?, surroundings::now)?;
        let woken = context.clone();
        let (mut side, front) = desk(Box::new(move || woken.request_repaint()), Box::new(browser::open));
        thread::spawn(move || {
            let end = activate(&mut server, &mut PcscReader::default(), &mut side, &start, Pace::default());
            side.over(end);
        });
        Ok(front)
    })
}

struct Window {
    screen: Screen,
    /// The turn whose first control has the focus.
    focused: u64,
    /// Held while an activation runs: a window that only tells how one ended stands in no new one's way.
    lock: Option<single::Lock>,
}

impl eframe::App for Window {
    fn update(&mut self, context: &Context, _: &mut eframe::Frame) {
        if self.screen.look() {
            context.request_repaint();
        }
        match (self.screen.talk.is_running(), self.lock.is_some()) {
            (false, true) => self.lock = None,
            (true, false) => self.lock = single::Lock::take(),
            _ => {}
        }
        let fresh = self.focused != self.screen.talk.turn;
        self.focused = self.screen.talk.turn;
        draw::screen(context, &mut self.screen, fresh);
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        if self.screen.talk.is_running() {
            self.screen.stop();
            if let Some(front) = self.screen.talk.let_go() {
                farewell(&front);
            }
        }
    }
}

/// Waits until the page has been told.
fn farewell(front: &Front) {
    let until = Instant::now() + FAREWELL;
    while Instant::now() < until {
        match front.next() {
            Ok(Some(Out::Over(_))) | Err(_) => return,
            Ok(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}
