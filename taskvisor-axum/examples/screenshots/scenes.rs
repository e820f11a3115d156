//! The states of the page that are pictured.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use taskvisor::{ControllerSpec, TaskContext, TaskFn, TaskSpec};
use taskvisor_axum::Dashboard;
use tokio::time::sleep;

use crate::fixture::work::runs;
use crate::fixture::{Service, broken, hostile, well};
use crate::session::{Browser, Programs, Theme};

/// A phone, a tablet, and a wide screen.
const SIZES: [(u32, u32); 3] = [(380, 800), (900, 1000), (1600, 1000)];

/// A browser, and where its pictures go.
pub(crate) struct Studio {
    browser: Browser,
    out: PathBuf,
    only: String,
}

impl Studio {
    pub(crate) async fn open(programs: &Programs, out: PathBuf, only: String) -> Self {
        Self { browser: Browser::start(programs).await, out, only }
    }

    pub(crate) async fn make_all(&self) -> anyhow::Result<()> {
        self.three_well().await?;
        self.three_broken().await?;
        self.thousand_well().await?;
        self.thousand_broken().await?;
        self.hostile().await?;
        self.stopping().await?;
        self.stale().await
    }

    async fn three_well(&self) -> anyhow::Result<()> {
        let Some(views) = self.wanted("3-well") else { return Ok(()) };
        let service = Service::start(well::three()).await;
        // Some runs, for the timeline.
        sleep(Duration::from_secs(20)).await;
        self.picture_all("3-well", &service.url(), views).await
    }

    async fn three_broken(&self) -> anyhow::Result<()> {
        let names = ["3-broken", "3-details", "3-confirm", "3-refused"];
        let views = names.map(|name| self.wanted(name));
        if views.iter().all(Option::is_none) {
            return Ok(());
        }
        let dashboard = Dashboard::new().with_controls(|_| None);
        let service = Service::start_at("127.0.0.1:0", dashboard, broken::three()).await;
        broken::submit_jobs(service.supervisor());
        self.grow(&service).await;
        let url = service.url();
        let [page, details, confirm, refused] = views.map(Option::unwrap_or_default);
        self.picture_all("3-broken", &url, page).await?;
        for view in details {
            self.visit(&url, view).await;
            self.open_task("ingest").await;
            self.save("3-details", view, self.browser.picture().await)?;
        }
        for view in confirm {
            self.visit(&url, view).await;
            self.open_confirmation("ingest").await;
            self.save("3-confirm", view, self.browser.picture().await)?;
        }
        for view in refused {
            self.visit(&url, view).await;
            self.open_confirmation("ingest").await;
            self.browser.click("#confirm-send").await;
            self.wait("the refusal", "return document.querySelector('#confirm-message')?.hidden === false;")
                .await;
            self.save("3-refused", view, self.browser.picture().await)?;
        }
        Ok(())
    }

    async fn thousand_well(&self) -> anyhow::Result<()> {
        let Some(views) = self.wanted("1000-well") else { return Ok(()) };
        let service = Service::start(well::thousand()).await;
        self.picture_all("1000-well", &service.url(), views).await
    }

    async fn thousand_broken(&self) -> anyhow::Result<()> {
        let Some(views) = self.wanted("1000-broken") else { return Ok(()) };
        let dashboard = Dashboard::new().with_controls(|_| None);
        let service = Service::start_at("127.0.0.1:0", dashboard, broken::thousand()).await;
        broken::submit_jobs(service.supervisor());
        broken::settle(service.supervisor()).await;
        self.grow(&service).await;
        self.picture_all("1000-broken", &service.url(), views).await
    }

    async fn hostile(&self) -> anyhow::Result<()> {
        let Some(views) = self.wanted("hostile-names") else { return Ok(()) };
        let service = Service::start(hostile::tasks()).await;
        hostile::submit(service.supervisor());
        self.picture_all("hostile-names", &service.url(), views).await
    }

    /// The page while a service shuts down, which one task delays.
    async fn stopping(&self) -> anyhow::Result<()> {
        for view in self.wanted("3-shutting-down").unwrap_or_default() {
            let mut tasks = well::three();
            let slow = TaskFn::shared("flush", async |context: TaskContext| {
                context.cancelled().await;
                sleep(Duration::from_secs(20)).await;
                Ok(())
            });
            tasks.push(TaskSpec::once(slow));
            let service = Service::start(tasks).await;
            self.visit(&service.url(), view).await;
            service.supervisor().stop();
            let stops = "return document.querySelector('#verdict').dataset.verdict === 'shutting_down';";
            self.wait("the shutdown", stops).await;
            self.save("3-shutting-down", view, self.browser.whole_picture().await)?;
        }
        Ok(())
    }

    /// The page after its service has gone.
    async fn stale(&self) -> anyhow::Result<()> {
        for view in self.wanted("3-stale").unwrap_or_default() {
            let service = Service::start(broken::three()).await;
            self.visit(&service.url(), view).await;
            drop(service);
            self.wait("the banner", "return !document.querySelector('#stale').hidden;").await;
            sleep(Duration::from_secs(5)).await;
            self.save("3-stale", view, self.browser.whole_picture().await)?;
        }
        Ok(())
    }

    /// Lets a slot grow for as long as the server wants to see it, while somebody asks.
    async fn grow(&self, service: &Service) {
        self.browser.open(&service.url()).await;
        for _ in 0..14 {
            let submission = ControllerSpec::queue(runs("resize_image")).with_slot("thumbnails");
            drop(service.supervisor().submit(submission).expect("it is accepted"));
            sleep(Duration::from_secs(1)).await;
        }
    }

    async fn picture_all(&self, name: &str, url: &str, views: Vec<View>) -> anyhow::Result<()> {
        for view in views {
            self.visit(url, view).await;
            self.save(name, view, self.browser.whole_picture().await)?;
        }
        Ok(())
    }

    /// Opens the page, and waits until everything is drawn.
    async fn visit(&self, url: &str, view: View) {
        self.browser.show(view.theme, view.size).await;
        self.browser.open(url).await;
        let loaded = "
            return document.querySelector('#verdict')?.dataset.verdict
                && document.querySelector('#tasks [data-task]')
                && document.querySelector('#connection')?.dataset.connection === 'live';";
        self.wait("the page", loaded).await;
        // The timeline and the events are drawn in the next frames.
        sleep(Duration::from_millis(1_500)).await;
    }

    async fn open_task(&self, name: &str) {
        let open = "
            const row = document.querySelector(`#tasks [data-task=\"${arguments[0]}\"]`);
            row?.click();
            return row !== null;";
        self.browser.wait_for("the row", open, vec![name.into()]).await;
        self.wait("the details", "return document.querySelector('#details').open;").await;
        sleep(Duration::from_millis(700)).await;
    }

    async fn open_confirmation(&self, name: &str) {
        self.open_task(name).await;
        self.browser.click("#details [data-action=\"pause\"]").await;
        self.wait("the question", "return document.querySelector('#confirm').open;").await;
    }

    async fn wait(&self, what: &str, script: &str) -> Value {
        self.browser.wait_for(what, script, Vec::new()).await
    }

    /// The views of a state that were asked for.
    fn wanted(&self, name: &str) -> Option<Vec<View>> {
        let all = SIZES.into_iter().flat_map(|size| Theme::BOTH.map(|theme| View { theme, size }));
        let views: Vec<_> = all.filter(|view| view.file(name).contains(&self.only)).collect();
        (!views.is_empty()).then_some(views)
    }

    fn save(&self, name: &str, view: View, picture: Vec<u8>) -> anyhow::Result<()> {
        let file = self.out.join(view.file(name));
        fs::write(&file, picture)?;
        println!("{}", file.display());
        Ok(())
    }
}

/// How the page is looked at.
#[derive(Clone, Copy)]
struct View {
    theme: Theme,
    size: (u32, u32),
}

impl View {
    fn file(self, name: &str) -> String {
        format!("{name}-{}-{}.png", self.theme.name(), self.size.0)
    }
}
