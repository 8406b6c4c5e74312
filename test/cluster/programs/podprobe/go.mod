module paal.dev/test/cluster/programs/podprobe

go 1.26.0
