package match

import "golang.org/x/sys/cpu"

// placesVBMI and placesAVX2 are firstStep.places, classifyVBMI and membersVBMI are classify and members; see first.go.
//
//go:noescape
func placesVBMI(t *tables, text *byte, blocks int, out *uint64)

//go:noescape
func placesAVX2(t *tables, text *byte, blocks int, out *uint64)

//go:noescape
func classifyVBMI(class *[256]byte, text *byte, blocks int, out *byte)

//go:noescape
func membersVBMI(table *[maxClasses]byte, classes *byte, blocks int, out *uint64)

func vectorSteps() (steps []firstStep) {
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VBMI {
		steps = append(steps, firstStep{name: "avx512vbmi", places: placesVBMI, classify: classifyVBMI, members: membersVBMI})
	}
	if cpu.X86.HasAVX2 {
		steps = append(steps, firstStep{name: "avx2", places: placesAVX2, halves: true})
	}
	return steps
}
