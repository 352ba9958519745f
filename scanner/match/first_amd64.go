package match

import "golang.org/x/sys/cpu"

// These are functions of firstStep; see first.go.
//
//go:noescape
func classifyVBMI(c *coding, text *byte, blocks int, out *byte)

//go:noescape
func listVBMI(t *tables, code *byte, blocks int, out *uint16) int

//go:noescape
func membersVBMI(table *[maxClasses]byte, code *byte, blocks int, low, high uint64, out *uint64, words *uint16) int

//go:noescape
func classifyAVX2(c *coding, text *byte, blocks int, out *byte)

//go:noescape
func listAVX2(t *tables, code *byte, halves *uint16, blocks int, out *uint16) int

//go:noescape
func gramsAVX2(t *gramTable, code *byte, blocks int, out *uint16) int

//go:noescape
func membersAVX2(table *[maxClasses]byte, code *byte, blocks int, low, high uint64, out *uint64, words *uint16) int

//go:noescape
func liveAVX2(code *byte, quiet, halves int, out *uint16) int

func listAllAVX2(t *tables, code *byte, blocks int, out *uint16) int {
	return listAVX2(t, code, &allHalves[0], blocks, out)
}

// allHalves are those of a whole pass.
var allHalves = func() (all [2 * passBlocks]uint16) {
	for i := range all {
		all[i] = uint16(i * blockLen / 2)
	}
	return all
}()

func vectorSteps() (steps []firstStep) {
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VBMI && cpu.X86.HasAVX512VBMI2 &&
		cpu.X86.HasPOPCNT {
		steps = append(steps, firstStep{name: "avx512vbmi", classes: 64, classify: classifyVBMI, list: listVBMI, members: membersVBMI})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasPOPCNT {
		steps = append(steps, firstStep{name: "avx2", classes: 32, classify: classifyAVX2, list: listAllAVX2, live: liveAVX2, listOf: listAVX2, members: membersAVX2, grams: gramsAVX2})
	}
	return steps
}
