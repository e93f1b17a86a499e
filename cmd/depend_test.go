package cmd_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What the binaries may depend on, with the packages below it, and why. A binary
// that gains weight gains a row here, and a commit that says what it is worth.
var mayDepend = []struct {
	on       string // import path, or that of a folder
	binaries string
	why      string
}{
	{own + "cmd", "start end load", "flags and wiring"},
	{own + "pkg/cli", "start end load", "flags, credentials, interrupts, progress"},
	{"github.com/agnivade/levenshtein", "start end load", "cli: the name that was meant"},
	{"github.com/joho/godotenv", "start end load", "cli: twilio.env"},
	{"golang.org/x/term", "start end load", "cli: is it a terminal, and how wide"},
	{"golang.org/x/sys/unix", "start end load", "cli: pipes that nobody reads any more; attack: closed connections"},

	{own + "pkg/report", "start end load", "text, JSON and page"},
	{own + "pkg/report/calls", "start end", "of calls"},
	{own + "pkg/report/load", "load", "of load"},
	{own + "pkg/timeline", "start end load", "what happened when"},
	{own + "pkg/burst", "start end load", "the cap"},
	{"github.com/HdrHistogram/hdrhistogram-go", "start end load", "times, to three digits"},

	{own + "pkg/calls", "start end", "places and ends calls"},
	{own + "pkg/sidfile", "start end", "SIDs of calls"},
	{own + "pkg/twilioapi", "start end", "requests to Twilio"},
	{own + "pkg/failures", "start end load", "a line for each failure"},
	{own + "pkg/redact", "start end load", "what is secret is not shown"},
	{own + "pkg/twiliosim", "start end", "dry runs"},
	{"github.com/cenkalti/backoff/v5", "start end", "retries"},
	{"github.com/twilio/twilio-go/client", "start end load", "Twilio's own client; load's dry run checks signatures with its validator"},
	{"github.com/twilio/twilio-go/rest/api/v2010", "start end", "the Calls API"},
	{"github.com/golang/mock/gomock", "start end load", "twilio-go"},
	{"github.com/pkg/errors", "start end load", "twilio-go"},

	{own + "pkg/attack", "load", "sends and measures"},
	{own + "pkg/compare", "load", "whether a run differs from an earlier one"},
	{"gonum.org/v1/gonum", "load", "compare: Student's t"},
	{own + "pkg/dialog", "load", "what follows an answer"},
	{own + "pkg/relay", "load", "sessions of ConversationRelay"},
	{own + "pkg/webhook", "load", "requests and verdicts"},
	{own + "pkg/locust", "load", "a worker of a Locust master"},
	{"github.com/tinylib/msgp/msgp", "load", "locust: its messages"},
	{"github.com/philhofer/fwd", "load", "msgp"},
	{"github.com/valyala/fasthttp", "load", "attack: its parser of answers"},
	{"github.com/valyala/bytebufferpool", "load", "fasthttp"},
	{"github.com/klauspost/compress", "load", "fasthttp"},
	{"github.com/molecule-man/go-brrr", "load", "fasthttp"},
	{"github.com/gobwas/ws", "load", "attack: WebSockets; load: the voice agent of dry runs"},
	{"github.com/gobwas/httphead", "load", "gobwas/ws"},
	{own + "pkg/mediastream", "load", "streams of audio with voice agents"},
	{"github.com/zaf/g711", "load", "mediastream: mu-law"},
	{"github.com/rivo/uniseg", "load", "webhook: characters of a message segment"},
	{"gopkg.in/ini.v1", "load", "the configuration"},
}

// The arrows between our packages: what a package below pkg may import of ours.
// cmd may import everything.
var arrows = map[string]string{
	"pkg/burst":                    "",
	"pkg/sidfile":                  "",
	"pkg/redact":                   "",
	"pkg/twilioapi":                "pkg/redact",
	"pkg/timeline":                 "",
	"pkg/failures":                 "",
	"pkg/calls":                    "pkg/twilioapi pkg/sidfile pkg/burst pkg/timeline pkg/failures pkg/redact",
	"pkg/twiliosim":                "",
	"pkg/twiliosim/loopback":       "pkg/twiliosim",
	"pkg/webhook":                  "",
	"pkg/dialog":                   "pkg/webhook",
	"pkg/relay":                    "pkg/dialog pkg/webhook",
	"pkg/mediastream":              "pkg/dialog pkg/webhook",
	"pkg/attack":                   "pkg/mediastream pkg/relay pkg/dialog pkg/webhook pkg/burst pkg/timeline pkg/failures pkg/redact pkg/compare",
	"pkg/locust":                   "",
	"pkg/compare":                  "",
	"pkg/report":                   "pkg/report/internal/chart",
	"pkg/report/internal/chart":    "",
	"pkg/report/internal/pagetest": "pkg/report",
	"pkg/report/calls":             "pkg/calls pkg/report pkg/report/internal/chart",
	"pkg/report/load":              "pkg/attack pkg/report pkg/report/internal/chart",
	"pkg/internal/transcripttest":  "",
	"pkg/cli":                      "",
}

const own = "call-load-tester/"

// A listed package, as go list tells of it.
type listed struct {
	ImportPath, Dir string
	Standard        bool
	Imports         []string
	GoFiles         []string
	Module          *struct{ Path, Dir string }
}

func goList(t *testing.T, args ...string) map[string]listed {
	t.Helper()
	list := exec.Command("go", append([]string{"list", "-json=ImportPath,Dir,Standard,Imports,GoFiles,Module"}, args...)...)
	list.Dir, list.Stderr = "..", os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string]listed{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return packages
		case err != nil:
			t.Fatal(err)
		}
		packages[p.ImportPath] = p
	}
}

func TestWhatTheBinariesDependOn(t *testing.T) {
	t.Parallel()
	used := map[string]bool{} // rows, by what they are of and the binary
	for _, binary := range []string{"start", "end", "load"} {
		packages := goList(t, "-deps", "./cmd/"+binary)
		for path, p := range packages {
			if p.Standard {
				continue
			}
			row := rowOf(path)
			if row < 0 || !slices.Contains(strings.Fields(mayDepend[row].binaries), binary) {
				t.Errorf("%s depends on %s:\n  %s", binary, path, strings.Join(wayTo(path, own+"cmd/"+binary, packages), "\n  "))
				continue
			}
			used[mayDepend[row].on+" "+binary] = true
		}
	}
	for _, row := range mayDepend {
		for _, binary := range strings.Fields(row.binaries) {
			if !used[row.on+" "+binary] {
				t.Errorf("%s does not depend on %s: take that out of the row", binary, row.on)
			}
		}
	}
}

// rowOf returns the row that is nearest to a package; -1 if there is none.
func rowOf(path string) int {
	nearest := -1
	for i, row := range mayDepend {
		if (path == row.on || strings.HasPrefix(path, row.on+"/")) && (nearest < 0 || len(row.on) > len(mayDepend[nearest].on)) {
			nearest = i
		}
	}
	return nearest
}

// wayTo returns a shortest way from one package to another by their imports.
func wayTo(path, from string, packages map[string]listed) []string {
	importer := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, next := range packages[queue[0]].Imports {
			if _, seen := importer[next]; !seen {
				importer[next] = queue[0]
				queue = append(queue, next)
			}
		}
	}
	var way []string
	for ; path != ""; path = importer[path] {
		way = append(way, path)
	}
	slices.Reverse(way)
	return way
}

// The arrows run one way, and only cli knows of flags and signals.
func TestTheArrowsBetweenThePackages(t *testing.T) {
	t.Parallel()
	for path, p := range goList(t, "./pkg/...") {
		name := strings.TrimPrefix(path, own)
		may, known := arrows[name]
		if !known {
			t.Errorf("%s is not among the arrows", name)
			continue
		}
		for _, imported := range p.Imports {
			if ours, ok := strings.CutPrefix(imported, own); ok && !slices.Contains(strings.Fields(may), ours) {
				t.Errorf("%s imports %s", name, ours)
			}
			if name != "pkg/cli" && slices.Contains([]string{"flag", "os/signal", "os/exec", "golang.org/x/term"}, imported) {
				t.Errorf("%s imports %s, as only cli may", name, imported)
			}
		}
	}
}

// No package below pkg but cli prints, exits, or reads the environment, the
// command line or standard input.
func TestOnlyCliKnowsTheProcess(t *testing.T) {
	t.Parallel()
	forbidden := map[string]string{
		"os":  "Exit Getenv LookupEnv Environ ExpandEnv Args Stdin Stdout Stderr",
		"fmt": "Print Printf Println Scan Scanf Scanln",
		"log": "Print Printf Println Fatal Fatalf Fatalln Panic Panicf Panicln Default",
	}
	for path, p := range goList(t, "./pkg/...") {
		if path == own+"pkg/cli" {
			continue
		}
		for _, name := range p.GoFiles {
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(node ast.Node) bool {
				if selector, ok := node.(*ast.SelectorExpr); ok {
					from, _ := selector.X.(*ast.Ident)
					if from != nil && from.Obj == nil && slices.Contains(strings.Fields(forbidden[from.Name]), selector.Sel.Name) {
						t.Errorf("%s: %s.%s", fset.Position(node.Pos()), from.Name, selector.Sel.Name)
					}
				}
				return true
			})
		}
	}
}

// Whatever is in a binary is under a licence that asks for no more than its text;
// in the tests there may be the Mozilla Public License, which ends at its files.
// Nothing is under the GPL or AGPL.
func TestLicences(t *testing.T) {
	t.Parallel()
	permissive := []string{"Permission is hereby granted, free of charge", "Redistribution and use in source and binary forms", "Apache License"}
	inBinaries := goList(t, "-deps", "./cmd/start", "./cmd/end", "./cmd/load")
	licences := map[string]string{} // by the folder of a module
	for path, p := range goList(t, "-deps", "-test", "./...") {
		if p.Module == nil || p.Module.Path+"/" == own {
			continue
		}
		text, read := licences[p.Module.Dir]
		if !read {
			text = licence(t, p.Module.Dir)
			licences[p.Module.Dir] = text
		}
		is := func(sentence string) bool { return strings.Contains(text, sentence) }
		_, inBinary := inBinaries[path]
		if !slices.ContainsFunc(permissive, is) && (inBinary || !is("Mozilla Public License")) || is("GNU AFFERO GENERAL PUBLIC LICENSE") {
			t.Errorf("%s is under no licence that is known to be permissive", path)
		}
	}
}

// licence returns the text of a module's licences.
func licence(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, entry := range entries {
		if name := strings.ToUpper(entry.Name()); !entry.IsDir() && (strings.HasPrefix(name, "LICEN") || strings.HasPrefix(name, "COPYING")) {
			all.WriteString(readFile(t, filepath.Join(dir, entry.Name())))
		}
	}
	return all.String()
}
