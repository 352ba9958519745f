package match

import "golang.org/x/sys/cpu"

// listVBMI, classifyVBMI and membersVBMI are list, classify and members of firstStep, placesAVX2 is places; see first.go.
//
//go:noescape
func listVBMI(t *tables, classes *byte, blocks int, out *uint16) int

//go:noescape
func placesAVX2(t *tables, text *byte, blocks int, out *uint64)

//go:noescape
func classifyVBMI(class *[256]byte, text *byte, blocks int, out *byte)

//go:noescape
func membersVBMI(table *[maxClasses]byte, classes *byte, blocks int, out *uint64)

func vectorSteps() (steps []firstStep) {
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VBMI && cpu.X86.HasAVX512VBMI2 && cpu.X86.HasPOPCNT {
		steps = append(steps, firstStep{name: "avx512vbmi", list: listVBMI, classify: classifyVBMI, members: membersVBMI})
	}
	if cpu.X86.HasAVX2 {
		steps = append(steps, firstStep{name: "avx2", places: placesAVX2, halves: true})
	}
	return steps
}
