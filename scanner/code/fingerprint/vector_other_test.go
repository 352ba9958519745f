//go:build !amd64

package fingerprint

import "testing"

// eachWay runs a test as this processor does it.
func eachWay(t *testing.T, test func(t *testing.T)) { test(t) }
