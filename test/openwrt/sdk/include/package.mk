# Stands in for OpenWrt's package.mk: `make DESTDIR=…` prepares, compiles and installs; refuses a package without the
# fields that the real one demands.
define BuildPackage
$(eval $(call Package/$(1)))
$(foreach field,TITLE CATEGORY SECTION PKG_VERSION PKG_RELEASE PKG_LICENSE PKG_MAINTAINER,\
	$(if $($(field)),,$(error $(1): $(field) is missing)))
all:
	$(call Build/Prepare)
	$(call Build/Configure)
	$(call Build/Compile)
	$(call Package/$(1)/install,$(DESTDIR))
endef
