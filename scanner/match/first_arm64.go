package match

import "golang.org/x/sys/cpu"

// These are classify and list of firstStep; see first.go.
//
//go:noescape
func classifyNEON(c *coding, text *byte, blocks int, out *byte)

//go:noescape
func listNEON(t *tables, code *byte, blocks int, out *uint16) int

func vectorSteps() []firstStep {
	if !cpu.ARM64.HasASIMD {
		return nil
	}
	return []firstStep{{name: "neon", classes: 32, classify: classifyNEON, list: listNEON}}
}
