//! Calls the API with the client for Rust and prints what came of each call, by its name, as JSON.

use postgrest::{Builder, Postgrest};
use serde_json::{json, Map, Value};
use std::env::var;

struct Suite {
    client: Postgrest,
    organization: String,
    results: Map<String, Value>,
}

impl Suite {
    fn contacts(&self, columns: &str) -> Builder {
        self.client.from("contacts").select(columns).eq("organization_id", &self.organization)
    }

    fn samples(&self) -> Builder {
        self.client.from("samples").select("name").lt("id", "10").order("name")
    }

    /// What a call answers: the body, or the code of the error; and the number behind the slash of `Content-Range`.
    async fn ask(query: Builder) -> (Value, Option<i64>) {
        let response = query.execute().await.expect("an answer");
        let is_refused = response.status().as_u16() >= 400;
        let range = response.headers().get("content-range").and_then(|value| value.to_str().ok());
        let count = range.and_then(|text| text.rsplit('/').next()).and_then(|text| text.parse().ok());
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        (if is_refused { json!({ "error": body["code"] }) } else { body }, count)
    }

    async fn note(&mut self, name: &str, query: Builder) {
        let (body, _) = Self::ask(query).await;
        self.results.insert(name.into(), body);
    }

    /// Keeps one column of the rows.
    async fn column(&mut self, name: &str, column: &str, query: Builder) {
        let (body, _) = Self::ask(query).await;
        let rows = body.as_array().map(|rows| rows.iter().map(|row| row[column].clone()).collect());
        self.results.insert(name.into(), rows.map_or(body, Value::Array));
    }

    async fn names(&mut self, name: &str, query: Builder) {
        let (body, _) = Self::ask(query).await;
        let rows = body.as_array().map(|rows| rows.iter().filter_map(|row| row["name"].as_str()).collect::<String>());
        self.results.insert(name.into(), rows.map_or(body, Value::String));
    }

    async fn count(&mut self, name: &str, query: Builder) {
        let (body, count) = Self::ask(query).await;
        self.results.insert(name.into(), count.map_or(body, Value::from));
    }

    async fn filters(&mut self) {
        self.names("eq", self.samples().eq("name", "a")).await;
        self.names("neq", self.samples().neq("name", "a")).await;
        self.names("gt", self.samples().gt("id", "1")).await;
        self.names("gte", self.samples().gte("id", "2")).await;
        self.names("lt", self.samples().lt("id", "2")).await;
        self.names("lte", self.samples().lte("id", "2")).await;
        self.names("like", self.samples().like("name", "%a%")).await;
        self.names("ilike", self.samples().ilike("name", "A")).await;
        self.names("is null", self.samples().is("words", "null")).await;
        self.names("not null", self.samples().not("is", "words", "null")).await;
        self.names("in", self.samples().in_("name", ["a", "c", "\"with, comma\"", "\"with (parens)\""])).await;
        self.names("not in", self.samples().not("in", "name", "(a,\"x,y\")")).await;
        self.names("contains array", self.samples().cs("tags", "{y}")).await;
        self.names("contains object", self.samples().cs("data", r#"{"deep": {"k": "v"}}"#)).await;
        self.names("contains range", self.samples().cs("period", "[2,3)")).await;
        self.names("contained by array", self.samples().cd("tags", "{x,y}")).await;
        self.names("overlaps", self.samples().ov("tags", "{z,q}")).await;
        self.names("range lt", self.samples().sl("period", (9, 11))).await;
        self.names("range gt", self.samples().sr("period", (1, 6))).await;
        self.names("range gte", self.samples().nxl("period", (4, 7))).await;
        self.names("range lte", self.samples().nxr("period", (1, 9))).await;
        self.names("range adjacent", self.samples().adj("period", (8, 20))).await;
        self.names("fts", self.samples().fts("words", "cat", None)).await;
        self.names("fts with language", self.samples().fts("words", "'fat' & 'cat'", Some("english"))).await;
        self.names("plain", self.samples().plfts("words", "thin dogs", Some("english"))).await;
        self.names("phrase", self.samples().phfts("words", "fat cats", Some("english"))).await;
        self.names("websearch", self.samples().wfts("words", "rats or dog", None)).await;
        self.names("or", self.samples().or("name.eq.a,and(id.gt.2,tags.eq.{})")).await;
        self.names("and", self.samples().and("id.gt.1,id.lt.3")).await;
        self.names("value in JSON", self.samples().eq("data->deep->>k", "v")).await;
        self.names("number in JSON", self.samples().gt("data->n", "1")).await;
    }

    async fn reading(&mut self) {
        let columns = self.contacts("name:first_name,tags::text,custom_fields->x").eq("first_name", "ann");
        self.note("columns", columns).await;
        let none: Option<&str> = None;
        self.note("nulls first", self.contacts("email").order_with_options("email", none, false, true)).await;
        self.note("nulls last", self.contacts("email").order_with_options("email", none, false, false)).await;
        let twice = self.contacts("first_name").order_with_options("company", none, true, false);
        self.column("two orders", "first_name", twice.order_with_options("first_name", none, false, false)).await;
        self.note("limit", self.contacts("first_name").order("first_name").limit(1)).await;
        self.note("range", self.contacts("first_name").order("first_name").range(1, 1)).await;
        self.count("count exact", self.contacts("id").exact_count()).await;
        self.count("count planned", self.contacts("id").planned_count()).await;
        self.count("count estimated", self.contacts("id").estimated_count()).await;
        self.note("single", self.contacts("first_name").eq("first_name", "ann").single()).await;
        self.note("single of several", self.contacts("first_name").single()).await;
        let deals = self.client.from("deals").select("title,contacts(first_name)");
        let deals = deals.eq("organization_id", &self.organization);
        self.note("embedded one", deals.eq("title", "three").single()).await;
        let several = self.contacts("first_name,deals(title)").order_with_options("title", Some("deals"), false, false);
        let several = several.foreign_table_limit(1, "deals").order("first_name").limit(2);
        self.note("embedded several", several).await;
        let alias = self.contacts("first_name,sales:deals(title)").eq("sales.title", "two");
        self.note("embedded with an alias", alias.eq("first_name", "ann")).await;
        self.note("inner join", self.contacts("first_name,deals!inner(title)").gt("deals.value", "2")).await;
    }

    async fn writing(&mut self) {
        let table = || self.client.from("samples");
        let insert_many = table().insert(r#"[{"id": 11, "name": "q"}, {"id": 12, "name": "r"}]"#);
        let stored_key = table().insert(r#"{"id": 11, "name": "p"}"#);
        let upsert = table().upsert(r#"[{"id": 11, "name": "P"}, {"id": 15, "name": "u"}]"#).on_conflict("id");
        let update = table().eq("id", "11").update(r#"{"name": "Q"}"#);
        let update_none = table().eq("id", "99").update(r#"{"name": "no"}"#);
        let update_all = table().update(r#"{"name": "no"}"#);
        let delete = table().eq("id", "12").delete();
        let delete_rest = table().gte("id", "10").delete();
        let delete_all = table().delete();
        self.column("insert many", "id", insert_many).await;
        self.note("insert of a stored key", stored_key).await;
        self.column("upsert", "name", upsert).await;
        self.column("update", "name", update).await;
        self.note("update of none", update_none).await;
        self.note("update without filter", update_all).await;
        self.column("delete", "id", delete).await;
        self.column("delete of the rest", "id", delete_rest.select("id").order("id")).await;
        self.note("delete without filter", delete_all).await;
    }

    async fn functions_and_errors(&mut self) {
        let period = json!({
            "organization_id": self.organization, "since": "2026-11-01T00:00:00Z",
            "until": "2026-11-01T02:00:00Z", "bucket": "1h"
        });
        let (stats, _) = Self::ask(self.client.rpc("webhook_stats", period.to_string())).await;
        self.results.insert("function".into(), stats["bucket"].clone());
        self.note("function with fields", self.client.rpc("webhook_stats", period.to_string()).select("bucket")).await;
        self.note("unknown function", self.client.rpc("nope", "{}")).await;
        self.note("wrong argument", self.client.rpc("test_webhook", r#"{"webhook_id": "x"}"#)).await;
        self.note("unknown table", self.client.from("nope").select("*")).await;
        self.note("unknown column", self.contacts("nope")).await;
        self.note("wrong value", self.contacts("id").eq("id", "x")).await;
        let other = self.client.clone().schema("other");
        self.note("other schema", other.from("contacts").select("id")).await;
        self.note("other schema of an insert", other.from("contacts").insert("{}")).await;
        let stranger = self.client.clone().insert_header("apikey", "wrong");
        self.note("wrong key", stranger.from("contacts").select("id")).await;
        self.note("wrong token", self.client.from("contacts").select("id").auth("wrong")).await;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let setting = |name: &str| var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let mut suite = Suite {
        client: Postgrest::new(setting("API_URL")).insert_header("apikey", setting("API_KEY")),
        organization: setting("ORGANIZATION"),
        results: Map::new(),
    };
    suite.filters().await;
    suite.reading().await;
    suite.writing().await;
    suite.functions_and_errors().await;
    println!("{}", Value::Object(suite.results));
}
