module paal.dev/test/images/app

go 1.26.0
