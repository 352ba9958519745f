package code

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
)

//go:embed internal/lines/weights.json
var record []byte

var trainingSources = sync.OnceValue(func() map[string]int {
	var r struct{ Sources map[string]int }
	if err := json.Unmarshal(record, &r); err != nil {
		return nil // a test holds that it is read
	}
	return r.Sources
})

// TrainedOn reports whether the weights were fitted on texts of the source, by
// the name that it has in the training data. Figures on such texts say little.
func TrainedOn(source string) bool { return trainingSources()[source] > 0 }

// UnseenLanguages returns names of languages of which the weights were fitted on
// no program, as the labelled texts name them: what is found of them says how
// well code is told in a language that nobody thought of.
func UnseenLanguages() []string { return strings.Split(unseenLanguages, ",") }

const unseenLanguages = "Euphoria,ATS,Game Maker Language,Grammatical Framework,NASL,Cadence,Slang,FPP,GAML,GSC,Mercury,Pep8,GDShader,Sail,E,HyPhy,Mint," +
	"Clue,Rascal,Sway,CAP CDS,FreeBASIC,ImHex Pattern Language,Nextflow,Answer Set Programming,Cairo,Module Management System," +
	"QuickBASIC,B4X,Jac,MiniScript,Nickel,COBOL,JSONiq,Langium,Leo,Liquidsoap,Modula-3,NWScript,OMNeT++ MSG,Pkl,4D,Aleo,B,Frege,HiveQL," +
	"JASS,MQL4,Polar,PowerBuilder,TI Program,AGS Script,ASL,Befunge,Bluespec,Flix,Genero 4gl,HolyC,Hurl,Jolie,LoomScript,MeTTa,Rez," +
	"Scenic,AngelScript,BAML,DTrace,EdgeQL,FreeMarker,Open Policy Agent,Ox,PogoScript,Propeller Spin,Roc,RouterOS Script,ShaderLab," +
	"TypeSpec,Uno,mIRC Script"
