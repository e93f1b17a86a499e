package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// A Console is where a command speaks: its result on one stream, everything
// else on the other. Once one of them cannot be written any more it is silent
// there, and Broken is called once; cleaning up goes on.
type Console struct {
	Out, Err io.Writer

	name                     string
	outTerminal, errTerminal bool
	progress                 *Progress
}

// NewConsole returns the console of the named command.
func NewConsole(name string, out, err *os.File, broken func()) *Console {
	once := sync.OnceFunc(broken)
	c := &Console{
		name:        name,
		outTerminal: term.IsTerminal(int(out.Fd())),
		errTerminal: term.IsTerminal(int(err.Fd())),
	}
	c.Out = &stream{console: c, to: out, broken: once}
	c.Err = &stream{console: c, to: err, broken: once}
	return c
}

// OutIsTerminal reports whether the result goes to a terminal.
func (c *Console) OutIsTerminal() bool { return c.outTerminal }

// ErrIsTerminal reports whether messages go to a terminal.
func (c *Console) ErrIsTerminal() bool { return c.errTerminal }

// Error prints an error and what to do about it:
//
//	start: error: --caller_id is missing
//	start: hint: write a number with + and country code
func (c *Console) Error(err error) { c.message("error", err) }

// Refuse prints everything that is wrong with what was asked for and returns
// [StatusUsage].
func (c *Console) Refuse(problems []error) int {
	for _, problem := range problems {
		c.Error(problem)
	}
	return StatusUsage
}

// Warn prints something the user should know of.
func (c *Console) Warn(err error) { c.message("warning", err) }

// Confirm asks a yes-or-no question on the terminal and reports whether the
// answer was yes. Without a terminal to ask on, the answer is no.
func (c *Console) Confirm(question string) bool {
	if !c.errTerminal || !term.IsTerminal(int(os.Stdin.Fd())) {
		return false
	}
	fmt.Fprintf(c.Err, "%s: %s [y/N] ", c.name, question)
	answer, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

// Note prints a line of information.
func (c *Console) Note(format string, args ...any) {
	fmt.Fprintf(c.Err, "%s: %s\n", c.name, fmt.Sprintf(format, args...))
}

func (c *Console) message(kind string, err error) {
	fmt.Fprintf(c.Err, "%s: %s: %v\n", c.name, kind, err)
	var helper interface{ Hint() string }
	if errors.As(err, &helper) && helper.Hint() != "" {
		fmt.Fprintf(c.Err, "%s: hint: %s\n", c.name, helper.Hint())
	}
}

// A stream is one of the two, shared with the progress bar.
type stream struct {
	console *Console
	to      io.Writer
	broken  func()

	mu     sync.Mutex
	closed bool
}

// Write never fails: who cannot be told is not told.
func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return len(b), nil
	}
	defer s.console.progress.hide()()
	if _, err := s.to.Write(b); err != nil {
		s.closed = true
		s.broken()
	}
	return len(b), nil
}
