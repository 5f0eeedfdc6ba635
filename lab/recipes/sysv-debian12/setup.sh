#!/bin/sh -eu
update-rc.d ratesd defaults
