package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/term"
)

// A Console is where a command prints: its result on one stream, everything else
// on the other. Writing to it never waits and never fails, so that neither a
// reader who does not read nor a full disk can hold up a run.
type Console struct {
	Out, Err   io.Writer
	Interrupts *Interrupts

	name                     string
	outTerminal, errTerminal bool
	outStream, errStream     *stream // may be the same

	asking atomic.Bool // the cursor stands behind a question

	mu   sync.Mutex // guards what follows, and changes of Out
	full []*os.File // could not be written, which was told
}

// NewConsole returns the console of the named command. Close it before the
// process ends.
func NewConsole(name string, out, err *os.File) *Console {
	c := &Console{
		name:        name,
		outTerminal: term.IsTerminal(int(out.Fd())),
		errTerminal: term.IsTerminal(int(err.Fd())),
	}
	c.Interrupts = newInterrupts(c)
	c.errStream = newStream(err, c)
	c.outStream = c.errStream // what goes to the same place stays in order
	if !sameFile(out, err) && !(c.outTerminal && c.errTerminal) {
		c.outStream = newStream(out, c)
	}
	c.Out = &writer{c.outStream, out}
	c.Err = &writer{c.errStream, err}
	watchReaders(c.Interrupts, out, err)
	return c
}

func sameFile(a, b *os.File) bool {
	x, errX := a.Stat()
	y, errY := b.Stat()
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// Close waits until everything is written; after a wish to stop, only for a
// moment.
func (c *Console) Close() { c.both((*stream).close) }

// Flush waits as Close does, and reports whether everything could be written:
// a reader who is gone does not count.
func (c *Console) Flush() bool {
	c.both((*stream).flush)
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.full) == 0
}

func (c *Console) both(wait func(*stream)) {
	var waits sync.WaitGroup
	waits.Go(func() { wait(c.outStream) })
	waits.Go(func() { wait(c.errStream) })
	waits.Wait()
}

// FreeOut leaves standard output to the caller: from now on everything is printed
// to standard error.
func (c *Console) FreeOut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Out = c.Err
}

// lost tells, once for each of the two, that something could not be written; on the
// other one, which may have room.
func (c *Console) lost(to *writer, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Contains(c.full, to.file) {
		return
	}
	c.full = append(c.full, to.file)
	other := c.Err
	if other == to {
		other = c.Out
	}
	c.message(other, "error", &UsageError{Text: err.Error(), Help: "what cannot be written there is lost; the run goes on"})
}

// OutIsTerminal reports whether the result goes to a terminal.
func (c *Console) OutIsTerminal() bool { return c.outTerminal }

// Refuse prints everything that is wrong with what was asked for and returns
// [StatusUsage].
func (c *Console) Refuse(problems []error) int {
	for _, problem := range problems {
		c.Error(problem)
	}
	return StatusUsage
}

// Error prints an error and what to do about it:
//
//	start: error: --caller_id is missing
//	start: hint: write a number with + and country code
func (c *Console) Error(err error) { c.message(c.Err, "error", err) }

// Warn prints something the user should know of.
func (c *Console) Warn(err error) { c.message(c.Err, "warning", err) }

// Note prints a line of information.
func (c *Console) Note(format string, args ...any) {
	fmt.Fprintf(c.Err, "%s: %s\n", c.name, fmt.Sprintf(format, args...))
}

func (c *Console) message(to io.Writer, kind string, err error) {
	text := fmt.Sprintf("%s: %s: %v\n", c.name, kind, err)
	var helper interface{ Hint() string }
	if errors.As(err, &helper) && helper.Hint() != "" {
		text += fmt.Sprintf("%s: hint: %s\n", c.name, helper.Hint())
	}
	_, _ = io.WriteString(to, text)
}

// CanAsk reports whether there is a terminal to ask a question on.
func (c *Console) CanAsk() bool {
	return c.errTerminal && term.IsTerminal(int(os.Stdin.Fd()))
}

// Confirm asks a yes-or-no question on the terminal and reports whether the
// answer was yes.
func (c *Console) Confirm(question string) bool {
	fmt.Fprintf(c.Err, "%s: %s [y/N] ", c.name, question)
	c.asking.Store(true)
	defer c.asking.Store(false)
	answer, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}
