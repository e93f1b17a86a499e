package main

import _ "embed"

// locustfile is what a Locust master runs: load --locustfile prints it.
//
//go:embed locustfile.py
var locustfile string
