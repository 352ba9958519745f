package match

import "golang.org/x/sys/cpu"

// placesNEON is firstStep.places; see first.go.
//
//go:noescape
func placesNEON(t *tables, text *byte, blocks int, out *uint64)

func vectorSteps() []firstStep {
	if !cpu.ARM64.HasASIMD {
		return nil
	}
	return []firstStep{{name: "neon", places: placesNEON, halves: true}}
}
