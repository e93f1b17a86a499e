//go:build linux

package cmd_test

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A terminal is one that a test sits at.
type terminal struct {
	tty      *os.File // for a process
	keyboard *os.File
	shown    written
}

const ctrlS = "\x13"

// openTerminal opens a terminal of the usual 80 columns.
func openTerminal(t *testing.T) *terminal {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("there are no terminals here:", err)
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skip("there are no terminals here:", err)
	}
	if err := unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skip("the terminal stays locked:", err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("the terminal cannot be opened:", err)
	}
	t.Cleanup(func() { _ = tty.Close() })
	terminal := &terminal{tty: tty, keyboard: keyboard}
	terminal.resize(t, 80)
	go func() { _, _ = io.Copy(&terminal.shown, keyboard) }() // until the keyboard is closed
	return terminal
}

func (x *terminal) resize(t *testing.T, columns uint16) {
	t.Helper()
	if err := unix.IoctlSetWinsize(int(x.tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}); err != nil {
		t.Fatal(err)
	}
}

// key types keys.
func (x *terminal) key(t *testing.T, keys string) {
	t.Helper()
	if _, err := x.keyboard.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}

// await waits until a text was shown.
func (x *terminal) await(t *testing.T, text string) {
	t.Helper()
	await(t, fmt.Sprintf("%q on the terminal", text), func() bool { return strings.Contains(x.shown.String(), text) })
}
