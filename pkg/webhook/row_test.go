package webhook_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"call-load-tester/pkg/webhook"

	"pgregory.net/rapid"
)

func TestParseRow(t *testing.T) {
	for _, tc := range []struct {
		what, text string
		want       webhook.Row
	}{
		{"an object keeps its order", `{"b":"1","a":"2"}`, webhook.Row{{"b", "1"}, {"a", "2"}}},
		{"a list of names and values", `[{"name":"Body","value":"hi"},{"value":"x","name":"From"}]`, webhook.Row{{"Body", "hi"}, {"From", "x"}}},
		{"a list may repeat a name", `[{"name":"a","value":"1"},{"name":"a","value":"2"}]`, webhook.Row{{"a", "1"}, {"a", "2"}}},
		{"numbers keep their digits", `{"a":12345678901234567890,"b":1e3,"c":-0.50}`, webhook.Row{{"a", "12345678901234567890"}, {"b", "1e3"}, {"c", "-0.50"}}},
		{"booleans become their text", `{"a":true,"b":false}`, webhook.Row{{"a", "true"}, {"b", "false"}}},
		{"escapes are resolved", `{"a":"\u00e9\n\ud83d\udc4b"}`, webhook.Row{{"a", "é\n👋"}}},
		{"an empty value is a value", `{"a":""}`, webhook.Row{{"a", ""}}},
		{"a text by the name of turns is a field", `{"Then":"1"}`, webhook.Row{{"Then", "1"}}},
		{"a row may leave everything out", ` {} `, webhook.Row{}},
		{"or be an empty list", `[]`, webhook.Row{}},
	} {
		got, err := webhook.ParseRow(tc.text)
		if err != nil || !slices.Equal(got, tc.want) {
			t.Errorf("%s: ParseRow(%s) = %v, %v, want %v", tc.what, tc.text, got, err, tc.want)
		}
	}
}

func TestParseRowRefuses(t *testing.T) {
	for _, tc := range []struct{ what, text, want string }{
		{"nothing", ``, "ends too early"},
		{"a bare text", `"Body"`, "a row is a JSON object or a list"},
		{"an object in an object", `{"a":{"b":1}}`, `the value of "a" is nested`},
		{"a list in a list", `[{"name":"a","value":[1]}]`, `the value of "a" is nested`},
		{"turns where there is one request", `{"Then":["1"]}`, `"Then" is a list of turns: they need [Load] Kind = call or chat`},
		{"turns in a list", `[{"name":"Then","value":[]}]`, `"Then" is a list of turns: they need [Load] Kind = call or chat`},
		{"an object for turns", `{"Then":{}}`, `the value of "Then" is nested`},
		{"null", `{"a":null}`, `the value of "a" is null`},
		{"a name twice in an object", `{"a":1,"a":1}`, `"a" is given twice`},
		{"an empty name", `{"":1}`, "empty name"},
		{"an entry without a value", `[{"name":"a","value":1},{"name":"b"}]`, `entry 2 of the list needs`},
		{"an entry with something else", `[{"name":"a","value":1,"vlaue":2}]`, `entry 1 of the list needs a "name" and a "value", and no more`},
		{"a list of rows", `[{"Body":"a"},{"Body":"b"}]`, "a list is one row"},
		{"an entry that is no object", `["a"]`, "entry 1 of the list needs"},
		{"an entry whose name is no text", `[{"name":1,"value":1}]`, "entry 1 of the list needs"},
		{"a missing quote", `{"a":"b}`, "ends too early"},
		{"a missing comma", `{"a":"b" "c":"d"}`, "not valid JSON at character 10: "},
		{"a word for a value, behind others", `{"é":"b","c":{"d":x}}`, "not valid JSON at character 19: "},
		{"a missing comma in a list", `[{"name":"a","value":1} {"name":"b","value":2}]`, "not valid JSON at character 25: "},
		{"a list of something else", `[{"name":"a","value":1},oops]`, "not valid JSON at character 25: "},
		{"no JSON at all", `Body=4566`, "not valid JSON at character 1: "},
		{"a missing brace", `{"a":"b"`, "ends too early"},
		{"text after the row", `{"a":"b"} {"a":"b"}`, "more text after the row"},
		{"bytes that are not UTF-8", "{\"a\":\"\xff\"}", "not valid UTF-8"},
	} {
		_, err := webhook.ParseRow(tc.text)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: ParseRow(%s) = %v, want an error with %q", tc.what, tc.text, err, tc.want)
		}
	}
}

// parseRows reads a text of rows.
func parseRows(name, text string) ([]webhook.Row, error) {
	rows, lines, err := webhook.ParseLines(name, text, webhook.ParseRow)
	if len(rows) != len(lines) {
		return nil, fmt.Errorf("%d rows are in %d lines", len(rows), len(lines))
	}
	return rows, err
}

func TestParseLinesSkipsBlankLinesAndComments(t *testing.T) {
	text := "\ufeff# texts of the class\r\n\r\n  {\"Body\":\"1\"}\r\n\t# more\n[{\"name\":\"Body\",\"value\":\"2\"}]"
	rows, err := parseRows("data.txt", text)
	if err != nil || len(rows) != 2 || rows[0][0].Value != "1" || rows[1][0].Value != "2" {
		t.Errorf("ParseLines = %v, %v", rows, err)
	}
}

func TestParseLinesReportsEveryBadLine(t *testing.T) {
	_, err := parseRows("data.txt", "{}\n{\"a\":null}\n\n{]\n{}")
	if err == nil {
		t.Fatal("ParseLines accepts bad lines")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "data.txt:2: ") || !strings.HasPrefix(lines[1], "data.txt:4: ") {
		t.Errorf("ParseLines = %q, want an error for line 2 and one for line 4", lines)
	}

	_, err = parseRows("data.txt", strings.Repeat("x\n", 1000))
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 21 || lines[20] != "data.txt: 980 more bad lines" {
		t.Errorf("1000 bad lines give %d lines of error, the last %q", len(lines), lines[len(lines)-1])
	}
	_, err = parseRows("data.txt", strings.Repeat("x\n", 20))
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 20 || !strings.HasPrefix(lines[19], "data.txt:20: ") {
		t.Errorf("20 bad lines give %d lines of error, the last %q", len(lines), lines[len(lines)-1])
	}
}

func TestParseLinesWantsARow(t *testing.T) {
	for _, text := range []string{"", "\n\n", "# only a comment"} {
		if _, err := parseRows("data.txt", text); err == nil || !strings.Contains(err.Error(), "holds no row") {
			t.Errorf("ParseLines(%q) = %v, want an error that there is no row", text, err)
		}
	}
}

func TestParsePerson(t *testing.T) {
	for _, tc := range []struct {
		what, text string
		row        webhook.Row
		then       string
		err        string
	}{
		{"turns are returned as written", `{"From":"+1","Then": ["1", {"a": 2}] ,"To":"+2"}`, webhook.Row{{"From", "+1"}, {"To", "+2"}}, `["1", {"a": 2}]`, ""},
		{"in a list, too", `[{"name":"Then","value":["1"]},{"name":"a","value":"b"}]`, webhook.Row{{"a", "b"}}, `["1"]`, ""},
		{"no turns", `{"From":"+1"}`, webhook.Row{{"From", "+1"}}, "", ""},
		{"no list", `{"Then":"1"}`, webhook.Row{}, `"1"`, ""},
		{"turns under another name", `{"turn":["1"]}`, nil, "", `the value of "turn" is a list; the list of turns is "Then"`},
		{"null", `{"Then":null}`, nil, "", `the value of "Then" is null`},
		{"turns twice", `{"Then":[],"Then":[]}`, nil, "", `"Then" is given twice`},
		{"turns twice in a list", `[{"name":"Then","value":[]},{"name":"Then","value":[]}]`, nil, "", `"Then" is given twice`},
		{"another name twice in a list", `[{"name":"Then","value":[]},{"name":"a","value":""},{"name":"a","value":""}]`, webhook.Row{{"a", ""}, {"a", ""}}, `[]`, ""},
		{"a bad entry behind turns", `[{"name":"Then","value":[]},1]`, nil, "", `entry 2 of the list`},
	} {
		row, then, err := webhook.ParsePerson(tc.text)
		if (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) || !slices.Equal(row, tc.row) || string(then) != tc.then {
			t.Errorf("%s: ParsePerson(%s) = %v, %s, %v, want %v, %s, %s", tc.what, tc.text, row, then, err, tc.row, tc.then, tc.err)
		}
	}
}

func FuzzParseRow(f *testing.F) {
	for _, seed := range []string{`{"Body":"4566","n":1,"b":true}`, `[{"name":"a","value":"b"}]`, `{"a":{}}`, `{"a":null}`, `[`, "{\"\xff\":1}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		row, err := webhook.ParseRow(text)
		if err != nil && row != nil {
			t.Errorf("ParseRow(%q) returns both a row and the error %v", text, err)
		}
		for _, field := range row {
			if field.Name == "" {
				t.Errorf("ParseRow(%q) has a field without a name", text)
			}
		}
	})
}

func FuzzParseLines(f *testing.F) {
	f.Add("# comment\n\n{\"a\":1}\r\n{]\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := parseRows("f", text)
		if err == nil && len(rows) == 0 {
			t.Errorf("ParseLines(%q) returns neither rows nor an error", text)
		}
	})
}

func TestParseRowReadsBackWhatIsQuoted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := drawRow(t)
		var list, object []string
		for _, f := range row {
			list = append(list, fmt.Sprintf(`{"name":%s,"value":%s}`, quote(f.Name), quote(f.Value)))
			object = append(object, quote(f.Name)+":"+quote(f.Value))
		}
		for _, text := range []string{"[" + strings.Join(list, ",") + "]", "{" + strings.Join(object, ",") + "}"} {
			got, err := webhook.ParseRow(text)
			if err != nil || !slices.Equal(got, row) {
				t.Fatalf("ParseRow(%s) = %q, %v, want %q", text, got, err, row)
			}
		}
	})
}

func ExampleParseRow() {
	row, err := webhook.ParseRow(`{"Body": "4566", "From": "+15551234567", "NumMedia": 0}`)
	fmt.Println(row, err)
	// Output: [{Body 4566} {From +15551234567} {NumMedia 0}] <nil>
}
