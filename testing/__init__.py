"""What the tests of all packages share: real databases, and the way to drive the command line."""
