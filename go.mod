module github.com/sluice-dlp/sluice

go 1.26.0

require (
	github.com/andybalholm/brotli v1.2.8 // request bodies in br
	github.com/envoyproxy/go-control-plane/envoy v1.40.0
	github.com/fsnotify/fsnotify v1.10.1 // reload when a file changes
	github.com/go-git/go-git/v5 v5.19.3 // .gitignore files outside of checkouts
	github.com/google/go-cmp v0.7.0 // tests: readable differences
	github.com/hashicorp/go-hclog v1.6.3 // go-plugin wants its logger
	github.com/hashicorp/go-plugin v1.8.0
	github.com/klauspost/compress v1.20.4 // request bodies in gzip and zstd
	github.com/ledongthuc/pdf v0.0.0-20260907135840-6c8c28e0e8a0 // text of PDF files, in sluice index
	github.com/nyaruka/phonenumbers v1.8.1 // tests: phones.txt is made of its metadata
	github.com/prometheus/client_golang v1.25.0
	github.com/rogpeppe/go-internal v1.16.0 // tests: sessions at the command line (testscript)
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // tests: schemas hold what they describe
	github.com/spf13/cobra v1.10.2 // command line
	github.com/spf13/pflag v1.0.9 // flag types of cobra
	github.com/wasilibs/go-re2 v1.13.0
	go.yaml.in/yaml/v4 v4.0.0
	golang.org/x/sys v0.50.0 // CPU time of a thread (getrusage), mmap
	golang.org/x/text v0.42.0 // UTF-16 files in sluice scan; accents in dictionaries
	google.golang.org/grpc v1.85.0
	google.golang.org/protobuf v1.36.12
)

require github.com/BurntSushi/toml v1.6.0

require (
	cel.dev/expr v0.25.3 // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/cncf/xds/go v0.0.0-20260202195803-dba9d589def2 // indirect
	github.com/envoyproxy/protoc-gen-validate v1.3.3 // indirect
	github.com/fatih/color v1.13.0 // indirect
	github.com/go-git/gcfg v1.5.1-0.20230307220236-3a3c6141e376 // indirect
	github.com/go-git/go-billy/v5 v5.9.2 // indirect
	github.com/golang/protobuf v1.5.4 // indirect
	github.com/hashicorp/yamux v0.1.2 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/jbenet/go-context v0.0.0-20150711004518-d14ea06fba99 // indirect
	github.com/kylelemons/godebug v1.1.0 // indirect
	github.com/mattn/go-colorable v0.1.12 // indirect
	github.com/mattn/go-isatty v0.0.17 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/oklog/run v1.1.0 // indirect
	github.com/planetscale/vtprotobuf v0.6.1-0.20240319094008-0393e58bdf10 // indirect
	github.com/prometheus/client_model v0.6.3 // indirect
	github.com/prometheus/common v0.72.0 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	golang.org/x/net v0.60.0 // indirect
	golang.org/x/tools v0.49.0 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20260817212433-ac3dfec99bb1 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260817212433-ac3dfec99bb1 // indirect
	gopkg.in/warnings.v0 v0.1.2 // indirect
)
