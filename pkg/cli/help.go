package cli

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// Asked reports whether only a text was asked for, the help or the version, and
// returns it.
func Asked(problems []error, version bool, help string) (text string, asked bool) {
	if IsHelp(problems) {
		return help, true
	}
	return Version() + "\n", version && len(problems) == 0
}

// Version names this build: its version or commit, and the Go version.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "call-load-tester, unknown version"
	}
	version, dirty := info.Main.Version, ""
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision" && (version == "" || version == "(devel)"):
			version = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			dirty = ", modified"
		}
	}
	return "call-load-tester " + version + dirty + " (" + info.GoVersion + ")"
}

// Sibling returns how to run another of the commands, from the way this one was
// run: "bin/end" beside "bin/start", "go run ./cmd/end" from the source.
func Sibling(name string) string {
	dir, _ := filepath.Split(os.Args[0])
	if strings.Contains(filepath.ToSlash(dir), "/go-build") {
		return "go run ./cmd/" + name
	}
	return dir + name
}

// IsHelp reports whether help was asked for.
func IsHelp(problems []error) bool {
	return len(problems) == 1 && errors.Is(problems[0], flag.ErrHelp)
}
