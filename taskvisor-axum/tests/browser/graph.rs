//! The graph of the dependencies.

use serde_json::json;

use crate::fixture::Service;
use crate::fixture::work::{connects, serves};
use crate::loading::open;
use crate::shared::in_browser;

/// The nodes that an edge of another task passes behind, and the number of edges.
const COVERED: &str = "
    const svg = document.querySelector('#graph .canvas svg');
    const inside = (point, box) => point.x > box.left && point.x < box.right && point.y > box.top && point.y < box.bottom;
    const nodes = [...svg.querySelectorAll('[data-node]')].map((node) => [node.dataset.node, node.querySelector('rect').getBoundingClientRect()]);
    const edges = [...svg.querySelectorAll('.edge')];
    const covered = new Set();
    for (const edge of edges) {
        const toScreen = edge.getScreenCTM();
        // Not its ends, which touch their nodes.
        for (let at = 2; at < edge.getTotalLength() - 2; at += 4) {
            const point = edge.getPointAtLength(at).matrixTransform(toScreen);
            for (const [name, box] of nodes) if (inside(point, box)) covered.add(name);
        }
    }
    return [[...covered], edges.length];";

#[test]
fn no_edge_passes_behind_a_task() {
    in_browser(async |browser| {
        let mut tasks = vec![connects("schema"), serves("cache").with_after(["schema"])];
        // More than fit into one column, and some that depend on two layers.
        let partitions = (0..25).map(|number| serves(format!("partition-{number}")).with_needs(["schema"]));
        tasks.extend(partitions);
        tasks.extend((0..3).map(|number| serves(format!("api-{number}")).with_needs(["schema", "cache"])));
        let service = Service::start(tasks).await;
        open(browser, &service.url()).await;
        browser
            .wait_for("the graph", "return document.querySelectorAll('#graph .edge').length > 0;", Vec::new())
            .await;
        assert_eq!(browser.script(COVERED, Vec::new()).await, json!([[], 32]));
    });
}
