package main

import (
	"fmt"
)

const connections = 50

// closed: how many requests a second, at what cost, with 50 connections that
// work back to back?
func closed(b *bench) error {
	endpoints := []func() (*endpoint, error){goEndpoint}
	if nginx, ok := b.find("nginx"); ok {
		endpoints = append(endpoints, func() (*endpoint, error) { return nginxEndpoint(b, nginx) })
	}
	for i, open := range endpoints {
		e, err := open()
		if err != nil {
			return err
		}
		if i > 0 {
			fmt.Println()
		}
		if err := b.backToBack(e); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) backToBack(e *endpoint) error {
	defer e.close()
	return b.compare(e, b.generators(e.url))
}

// compare measures generators in turn, and prints them beside the first.
func (b *bench) compare(e *endpoint, all []generator) error {
	if _, err := b.measure(all[0].command(all[0].requests / 4)); err != nil { // the endpoint warms up
		return err
	}
	rate, cpu := make([]sample, len(all)), make([]sample, len(all))
	for range b.runs {
		for i, g := range all {
			before, err := e.count()
			if err != nil {
				return err
			}
			p, err := b.measure(g.command(g.requests))
			if err != nil {
				return err
			}
			after, err := e.count()
			if err != nil {
				return err
			}
			answered := float64(after - before)
			if answered < max(1, float64(g.requests)) {
				return fmt.Errorf("%s: %.0f of %d requests arrived", g.name, answered, g.requests)
			}
			rate[i] = append(rate[i], answered/p.wall.Seconds())
			cpu[i] = append(cpu[i], p.cpu.Seconds()*10_000/answered)
		}
	}
	head(e.name+" endpoint, 50 connections", "requests a second", "CPU s per 10,000 requests", "rate of the first over its", "CPU of the first over its")
	for i, g := range all {
		row(g.name, rate[i].text(0), cpu[i].text(3), rate[0].over(rate[i]).text(2), cpu[0].over(cpu[i]).text(2))
	}
	return nil
}
