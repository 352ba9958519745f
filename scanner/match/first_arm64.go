package match

import "golang.org/x/sys/cpu"

// These are classify, list and members of firstStep; see first.go.
//
//go:noescape
func classifyNEON(c *coding, text *byte, blocks int, out *byte)

//go:noescape
func listNEON(t *tables, code *byte, blocks int, out *uint16) int

//go:noescape
func membersNEON(table *[maxClasses]byte, code *byte, blocks int, low, high uint64, out *uint64, words *uint16) int

func vectorSteps() []firstStep {
	if !cpu.ARM64.HasASIMD {
		return nil
	}
	return []firstStep{{name: "neon", classes: 32, classify: classifyNEON, list: listNEON, members: membersNEON}}
}
