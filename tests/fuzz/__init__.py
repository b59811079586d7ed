"""Each surface that something from outside can reach, fed with what nobody would write on purpose."""
