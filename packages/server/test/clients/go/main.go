// Calls the API with the client for Go and prints what came of each call, by its name, as JSON.
package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"

	postgrest "github.com/supabase-community/postgrest-go"
)

type row = map[string]interface{}

var (
	organization = os.Getenv("ORGANIZATION")
	results      = map[string]interface{}{}
	code         = regexp.MustCompile(`^\((\w+)\)`)
)

// A client keeps its first error, so each call gets one of its own.
func client() *postgrest.Client {
	return postgrest.NewClient(os.Getenv("API_URL"), "", nil).SetApiKey(os.Getenv("API_KEY"))
}

func contacts(columns string) *postgrest.FilterBuilder {
	return client().From("contacts").Select(columns, "", false).Eq("organization_id", organization)
}

func samples() *postgrest.FilterBuilder {
	return client().From("samples").Select("name", "", false).Lt("id", "10").Order("name", &postgrest.OrderOpts{Ascending: true})
}

func failure(err error) row {
	if found := code.FindStringSubmatch(err.Error()); found != nil {
		return row{"error": found[1]}
	}
	return row{"error": err.Error()}
}

// Keeps the rows, or the code of the error.
func note(name string, query *postgrest.FilterBuilder) {
	body, _, err := query.Execute()
	if err != nil {
		results[name] = failure(err)
		return
	}
	var value interface{} = ""
	if len(body) > 0 && json.Unmarshal(body, &value) != nil {
		value = string(body)
	}
	results[name] = value
}

// Keeps one column of the rows.
func noteColumn(name, column string, query *postgrest.FilterBuilder) {
	var rows []row
	if _, err := query.ExecuteTo(&rows); err != nil {
		results[name] = failure(err)
		return
	}
	values := []interface{}{}
	for _, each := range rows {
		values = append(values, each[column])
	}
	results[name] = values
}

func noteCount(name string, query *postgrest.FilterBuilder) {
	_, count, err := query.Execute()
	if err != nil {
		results[name] = failure(err)
		return
	}
	results[name] = count
}

func names(name string, query *postgrest.FilterBuilder) {
	var rows []row
	if _, err := query.ExecuteTo(&rows); err != nil {
		results[name] = failure(err)
		return
	}
	var text strings.Builder
	for _, each := range rows {
		text.WriteString(each["name"].(string))
	}
	results[name] = text.String()
}

func call(name, function string, arguments interface{}, pick string) {
	var value row
	if err := json.Unmarshal([]byte(client().Rpc(function, "exact", arguments)), &value); err != nil {
		results[name] = err.Error()
		return
	}
	if pick == "code" {
		results[name] = row{"error": value["code"]}
		return
	}
	results[name] = value[pick]
}

func filters() {
	names("eq", samples().Eq("name", "a"))
	names("neq", samples().Neq("name", "a"))
	names("gt", samples().Gt("id", "1").Lt("name", "z"))
	names("gte", samples().Gte("id", "2"))
	names("lt", samples().Lt("id", "2"))
	names("lte", samples().Lte("id", "2"))
	names("like", samples().Like("name", "*a*"))
	names("ilike", samples().Ilike("name", "A"))
	names("is null", samples().Is("words", "null"))
	names("not null", samples().Not("words", "is", "null"))
	names("in", samples().In("name", []string{"a", "c", "with, comma", "with (parens)"}))
	names("not in", samples().Not("name", "in", `(a,"x,y")`))
	names("contains array", samples().Contains("tags", []string{"y"}))
	names("contains object", samples().ContainsObject("data", row{"deep": row{"k": "v"}}))
	names("contains range", samples().Filter("period", "cs", "[2,3)"))
	names("contained by array", samples().ContainedBy("tags", []string{"x", "y"}))
	names("overlaps", samples().Overlaps("tags", []string{"z", "q"}))
	names("range lt", samples().RangeLt("period", "(9,11)"))
	names("range gt", samples().RangeGt("period", "(1,6)"))
	names("range gte", samples().RangeGte("period", "(4,7)"))
	names("range lte", samples().RangeLte("period", "(1,9)"))
	names("range adjacent", samples().RangeAdjacent("period", "(8,20)"))
	names("fts", samples().TextSearch("words", "cat", "", ""))
	names("fts with language", samples().TextSearch("words", "'fat' & 'cat'", "english", ""))
	names("plain", samples().TextSearch("words", "thin dogs", "english", "plain"))
	names("phrase", samples().TextSearch("words", "fat cats", "english", "phrase"))
	names("websearch", samples().TextSearch("words", "rats or dog", "", "websearch"))
	names("match", samples().Match(map[string]string{"name": "b", "id": "2"}))
	names("or", samples().Or("name.eq.a,and(id.gt.2,tags.eq.{})", ""))
	names("and", samples().And("id.gt.1,id.lt.3", ""))
	names("value in JSON", samples().Eq("data->deep->>k", "v"))
	names("number in JSON", samples().Gt("data->n", "1"))
}

func reading() {
	note("columns", contacts("name:first_name, tags::text, custom_fields->x").Eq("first_name", "ann"))
	note("nulls first", contacts("email").Order("email", &postgrest.OrderOpts{NullsFirst: true}))
	note("nulls last", contacts("email").Order("email", nil))
	byName := &postgrest.OrderOpts{Ascending: true}
	note("limit", contacts("first_name").Order("first_name", byName).Limit(1, ""))
	note("range", contacts("first_name").Order("first_name", byName).Range(1, 1, ""))
	for _, kind := range []string{"exact", "planned", "estimated"} {
		noteCount("count "+kind, client().From("contacts").Select("*", kind, true).Eq("organization_id", organization))
	}
	note("single", contacts("first_name").Eq("first_name", "ann").Single())
	note("single of several", contacts("first_name").Single())
	note("embedded one", client().From("deals").Select("title,contacts(first_name)", "", false).Eq("organization_id", organization).Eq("title", "three").Single())
	note("embedded several", contacts("first_name,deals(title)").Order("title", &postgrest.OrderOpts{ForeignTable: "deals"}).Limit(1, "deals").Order("first_name", byName).Limit(2, ""))
	note("embedded with an alias", contacts("first_name,sales:deals(title)").Eq("sales.title", "two").Eq("first_name", "ann"))
	note("inner join", contacts("first_name,deals!inner(title)").Gt("deals.value", "2"))
	note("embedded or", contacts("deals(title)").Eq("first_name", "ann").Or("title.eq.two,value.gt.9", "deals"))
}

func writing() {
	table := func() *postgrest.QueryBuilder { return client().From("samples") }
	note("insert minimal", table().Insert(row{"id": 13, "name": "s"}, false, "", "minimal", ""))
	noteColumn("insert many", "id", table().Insert([]row{{"id": 11, "name": "q"}, {"id": 12, "name": "r"}}, false, "", "", ""))
	noteCount("insert counted", table().Insert(row{"id": 14, "name": "t"}, false, "", "", "exact"))
	note("insert of a stored key", table().Insert(row{"id": 11, "name": "p"}, false, "", "", ""))
	noteColumn("upsert", "name", table().Upsert([]row{{"id": 11, "name": "P"}, {"id": 15, "name": "u"}}, "id", "", ""))
	noteColumn("upsert by insert", "name", table().Insert(row{"id": 11, "name": "P2"}, true, "id", "", ""))
	noteColumn("update", "name", table().Update(row{"name": "Q"}, "", "").Eq("id", "11"))
	note("update minimal", table().Update(row{"name": "Q2"}, "minimal", "").Eq("id", "11"))
	noteCount("update counted", table().Update(row{"name": "Q3"}, "", "exact").Filter("id", "in", "(11,12)"))
	note("update of none", table().Update(row{"name": "no"}, "", "").Eq("id", "99"))
	note("update without filter", table().Update(row{"name": "no"}, "", "").Limit(1, ""))
	noteColumn("delete", "id", table().Delete("", "").Eq("id", "12"))
	noteCount("delete counted", table().Delete("minimal", "exact").In("id", []string{"13", "14"}))
	noteColumn("delete of the rest", "id", table().Delete("", "").Gte("id", "10").Order("id", &postgrest.OrderOpts{Ascending: true}))
	note("delete without filter", table().Delete("", "").Limit(1, ""))
}

func main() {
	filters()
	reading()
	writing()
	period := row{"organization_id": organization, "since": "2026-11-01T00:00:00Z", "until": "2026-11-01T02:00:00Z", "bucket": "1h"}
	call("function", "webhook_stats", period, "bucket")
	call("unknown function", "nope", row{}, "code")
	call("wrong argument", "test_webhook", row{"webhook_id": "x"}, "code")
	note("unknown table", client().From("nope").Select("*", "", false))
	note("unknown column", contacts("nope"))
	note("wrong value", contacts("id").Eq("id", "x"))
	note("other schema", client().ChangeSchema("other").From("contacts").Select("id", "", false))
	note("wrong key", postgrest.NewClient(os.Getenv("API_URL"), "", nil).SetAuthToken("wrong").From("contacts").Select("id", "", false))
	if json.NewEncoder(os.Stdout).Encode(results) != nil {
		os.Exit(1)
	}
}
