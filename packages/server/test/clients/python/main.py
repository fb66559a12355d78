"""Calls the API with the client for Python and prints what came of each call, by its name, as JSON."""

import json
import os
import sys

from postgrest import APIError, CountMethod, ReturnMethod, SyncPostgrestClient

ORGANIZATION = os.environ["ORGANIZATION"]
client = SyncPostgrestClient(os.environ["API_URL"], headers={"apikey": os.environ["API_KEY"]})
results = {}


def contacts(*columns, **options):
    return client.from_("contacts").select(*columns, **options).eq("organization_id", ORGANIZATION)


def samples():
    return client.from_("samples").select("name").lt("id", 10).order("name")


def note(name, call):
    """Keeps what `call` returns, or the code of the error that it raises."""
    try:
        results[name] = call()
    except APIError as error:
        results[name] = {"error": error.code}


def names(name, query):
    note(name, lambda: "".join(row["name"] for row in query.execute().data))


names("eq", samples().eq("name", "a"))
names("neq", samples().neq("name", "a"))
names("gt", samples().gt("id", 1))
names("gte", samples().gte("id", 2))
names("lt", samples().lt("id", 2))
names("lte", samples().lte("id", 2))
names("like", samples().like("name", "%a%"))
names("ilike", samples().ilike("name", "A"))
names("like all", samples().like_all_of("name", "%a,a%"))
names("like any", samples().like_any_of("name", "a%,c%"))
names("ilike all", samples().ilike_all_of("name", "%A,a%"))
names("ilike any", samples().ilike_any_of("name", "A%,C%"))
names("is null", samples().is_("words", None))
names("not null", samples().not_.is_("words", None))
names("in", samples().in_("name", ["a", "c", "with, comma", 'with "quotes"', "with (parens)"]))
names("not in", samples().not_.in_("name", ["a", "x,y"]))
names("contains array", samples().contains("tags", ["y"]))
names("contains object", samples().contains("data", {"deep": {"k": "v"}}))
names("contains range", samples().contains("period", "[2,3)"))
names("cs", samples().cs("tags", ["x", "y"]))
names("contained by array", samples().contained_by("tags", ["x", "y"]))
names("contained by object", samples().contained_by("data", {"n": 2, "m": 3}))
names("cd", samples().cd("tags", ["y", "z"]))
names("overlaps", samples().overlaps("tags", ["z", "q"]))
names("range lt", samples().range_lt("period", (9, 11)))
names("range gt", samples().range_gt("period", (1, 6)))
names("range gte", samples().range_gte("period", (4, 7)))
names("range lte", samples().range_lte("period", (1, 9)))
names("range adjacent", samples().range_adjacent("period", (8, 20)))
names("fts", samples().fts("words", "cat"))
names("fts with language", samples().text_search("words", "'fat' & 'cat'", {"config": "english"}))
names("plain", samples().text_search("words", "thin dogs", {"type": "plain", "config": "english"}))
names("phrase", samples().text_search("words", "fat cats", {"type": "phrase", "config": "english"}))
names("websearch", samples().text_search("words", "rats or dog", {"type": "web_search"}))
names("match", samples().match({"name": "b", "id": 2}))
names("or", samples().or_("name.eq.a,and(id.gt.2,tags.eq.{})"))
names("not or", samples().not_.or_("name.eq.a,id.gt.2"))
names("value in JSON", samples().eq("data->deep->>k", "v"))
names("number in JSON", samples().gt("data->n", 1))
names("several filters", samples().gt("id", 1).lt("id", 3).neq("name", "x"))

note("columns", lambda: contacts("name:first_name", "tags::text", "custom_fields->x").eq("first_name", "ann").execute().data)
note("nulls first", lambda: contacts("email").order("email", desc=True, nullsfirst=True).execute().data)
note("nulls last", lambda: contacts("email").order("email", desc=True, nullsfirst=False).execute().data)
note("limit", lambda: contacts("first_name").order("first_name").limit(1).execute().data)
note("second page", lambda: contacts("first_name").order("first_name").limit(1).offset(1).execute().data)


def page():
    answer = contacts("first_name", count=CountMethod.exact).order("first_name").range(1, 1).execute()
    return [answer.count, answer.data]


note("range with count", page)
for kind in CountMethod:
    note(f"count {kind}", lambda kind=kind: contacts("*", count=kind, head=True).execute().count)
note("single", lambda: contacts("first_name").eq("first_name", "ann").single().execute().data)
note("single of several", lambda: contacts("first_name").single().execute().data)
note("maybe single", lambda: contacts("first_name").eq("first_name", "ann").maybe_single().execute().data)
note("maybe single of none", lambda: contacts("first_name").eq("first_name", "zoe").maybe_single().execute())
note("CSV", lambda: contacts("first_name", "email").order("first_name").limit(2).csv().execute().data)
note("without nulls", lambda: contacts("first_name", "email").eq("first_name", "ann").strip_nulls().execute().data)

note("embedded one", lambda: client.from_("deals").select("title,contacts(first_name)").eq("organization_id", ORGANIZATION).eq("title", "three").single().execute().data)
note("embedded several", lambda: contacts("first_name", "deals(title)").order("title", desc=True, foreign_table="deals").limit(1, foreign_table="deals").order("first_name").limit(2).execute().data)
note("embedded with an alias", lambda: contacts("first_name", "sales:deals(title)").eq("sales.title", "two").eq("first_name", "ann").execute().data)
note("inner join", lambda: contacts("first_name", "deals!inner(title)").gt("deals.value", 2).execute().data)
note("embedded or", lambda: contacts("deals(title)").eq("first_name", "ann").or_("title.eq.two,value.gt.9", reference_table="deals").execute().data)
note("embedded count", lambda: contacts("first_name", "deals(count)").eq("first_name", "ann").single().execute().data)

table = client.from_("samples")
note("insert one", lambda: table.insert({"id": 10, "name": "p", "tags": ["x,y", 'q"']}).execute().data[0]["tags"])
note("insert many", lambda: [row["id"] for row in table.insert([{"id": 11, "name": "q"}, {"id": 12, "name": "r"}]).execute().data])
note("insert minimal", lambda: table.insert({"id": 13, "name": "s"}, returning=ReturnMethod.minimal).execute().data or "")
note("insert counted", lambda: table.insert({"id": 14, "name": "t"}, count=CountMethod.exact).execute().count)
note("insert of a stored key", lambda: table.insert({"id": 10, "name": "p"}).execute().data)
note("upsert", lambda: [row["name"] for row in table.upsert([{"id": 10, "name": "P"}, {"id": 15, "name": "u"}], on_conflict="id").execute().data])
note("upsert without duplicates", lambda: [row["id"] for row in table.upsert([{"id": 10, "name": "no"}, {"id": 16, "name": "v"}], on_conflict="id", ignore_duplicates=True).execute().data])
note("update", lambda: [row["name"] for row in table.update({"name": "Q"}).eq("id", 11).execute().data])
note("update minimal", lambda: table.update({"name": "Q2"}, returning=ReturnMethod.minimal).eq("id", 11).execute().data or "")
note("update counted", lambda: table.update({"name": "Q3"}, count=CountMethod.exact).gte("id", 11).lte("id", 12).execute().count)
note("update of none", lambda: table.update({"name": "no"}).eq("id", 99).execute().data)
note("update without filter", lambda: table.update({"name": "no"}).execute().data)
note("delete beyond the maximum", lambda: table.delete().gte("id", 10).max_affected(1).execute().data)
note("delete", lambda: [row["id"] for row in table.delete().eq("id", 12).execute().data])
note("delete counted", lambda: table.delete(returning=ReturnMethod.minimal, count=CountMethod.exact).in_("id", [13, 14]).execute().count)
table.delete().gte("id", 10).execute()
note("delete without filter", lambda: table.delete().execute().data)

period = {"organization_id": ORGANIZATION, "since": "2026-11-01T00:00:00Z", "until": "2026-11-01T02:00:00Z", "bucket": "1h"}
note("function", lambda: client.rpc("webhook_stats", period).execute().data["bucket"])
note("function with fields", lambda: client.rpc("webhook_stats", period).select("bucket").execute().data)
note("function by GET", lambda: client.rpc("webhook_stats", period, get=True).execute().data["bucket"])
note("function by HEAD", lambda: client.rpc("webhook_stats", period, head=True).execute().data or "")
note("function with a list by GET", lambda: client.rpc("preview_filter", {"organization_id": ORGANIZATION, "events": ["deal.*", "contact.created"], "filter": {"data.x": {"$in": [1, "a,b"]}}}, get=True).execute().data["matched"])
note("unknown function", lambda: client.rpc("nope", {}).execute().data)
note("wrong argument", lambda: client.rpc("test_webhook", {"webhook_id": "x"}).execute().data)

note("unknown table", lambda: client.from_("nope").select("*").execute().data)
note("unknown column", lambda: contacts("nope").execute().data)
note("wrong value", lambda: contacts("id").eq("id", "x").execute().data)
note("other schema", lambda: client.schema("other").from_("contacts").select("id").execute().data)
note("schema public", lambda: len(client.schema("public").from_("contacts").select("id").eq("organization_id", ORGANIZATION).execute().data))
note("plan", lambda: contacts("*").explain().execute())


def error_of_a_wrong_key():
    stranger = SyncPostgrestClient(os.environ["API_URL"], headers={"apikey": "wrong"})
    try:
        stranger.from_("contacts").select("id").execute()
    except APIError as error:
        assert error.message and error.hint, error
        raise


note("wrong key", error_of_a_wrong_key)
json.dump(results, sys.stdout)
