//go:build !linux

package main

import "time"

// threadTime is wall time where a thread's own clock cannot be had. On a
// machine with something else to do it is too large.
func threadTime() time.Duration { return time.Duration(time.Now().UnixNano()) }
